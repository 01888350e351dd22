// The engine of the bench in a process of Node.
import { obey, type Request } from './obey.ts';

process.on('message', (request: Request) => process.send?.(obey(request)));
