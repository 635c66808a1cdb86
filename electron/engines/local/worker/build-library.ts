import { getLlama } from 'node-llama-cpp';

/** Builds llama.cpp for this processor of the sources that came with the library, and loads it. */
await getLlama({ gpu: false, build: 'forceRebuild', progressLogs: 'stderr', skipDownload: false });
process.exit(0);
