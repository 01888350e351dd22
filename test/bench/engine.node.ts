// The engine of the bench in a process of Node.
import { obey, type Request } from './obey.ts';

process.on('message', (request: Request) => process.send?.(obey(request)));

// Without its parent nobody would ever ask again.
process.on('disconnect', () => process.exit());
