import { availableParallelism } from 'node:os';

/** What the variables of the environment say, in our own terms. This is the only place that reads `PAPHOS_*`. */
export interface Environment {
  /** PAPHOS_DATA: the data folder; null: the platform's. */
  readonly dataDir: string | null;
  /** PAPHOS_CONFIG: where is kept what is of this computer and of no library; null: the platform's. */
  readonly configDir: string | null;
  /** PAPHOS_THREADS: threads of the engine. As many as cores cost ten times the time as soon as anything else runs. */
  readonly threads: number;
  /** PAPHOS_GPU=0: no graphics card is used. */
  readonly gpu: boolean;
  /** PAPHOS_MEMORY_MB, in bytes: as if the computer had no more memory than that; null: what it has. */
  readonly memory: number | null;
  /** PAPHOS_PROMPT_CHUNK: tokens in a prompt chunk; null: measured. */
  readonly promptChunk: number | null;
}

function wholeNumber(value: string | undefined): number | null {
  const number = Number.parseInt(value ?? '', 10);
  return number > 0 ? number : null;
}

export function readEnvironment(variables: NodeJS.ProcessEnv = process.env): Environment {
  const megabytes = wholeNumber(variables['PAPHOS_MEMORY_MB']);
  return {
    dataDir: variables['PAPHOS_DATA'] ?? null,
    configDir: variables['PAPHOS_CONFIG'] ?? null,
    threads: wholeNumber(variables['PAPHOS_THREADS']) ?? Math.max(1, availableParallelism() - 1),
    gpu: variables['PAPHOS_GPU'] !== '0',
    memory: megabytes === null ? null : megabytes * 1e6,
    promptChunk: wholeNumber(variables['PAPHOS_PROMPT_CHUNK']),
  };
}
