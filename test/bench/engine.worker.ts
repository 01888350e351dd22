// The engine of the bench in a Chromium worker.
import { obey, type Request } from './obey.ts';

self.onmessage = ({ data }: MessageEvent<Request>) => self.postMessage(obey(data));
