import { parentPort, workerData } from 'node:worker_threads';
import { EngineFault } from '../fault.ts';
import { readGgufHeader } from './header.ts';

try {
  parentPort?.postMessage({ header: readGgufHeader(String(workerData)) });
} catch (error) {
  parentPort?.postMessage({ fault: error instanceof EngineFault ? error.fault : { code: 'NOT_GGUF', message: 'This model file could not be read. Download it again, or choose another one.', detail: String(error) } });
}
