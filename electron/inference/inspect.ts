export { inspectModel } from './gguf/inspect.ts';
