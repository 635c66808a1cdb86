import { statSync } from 'node:fs';
import { splitOf } from '../gguf/split.ts';
import type { LoadOptions } from '../protocol.ts';

/** A file as it is now: one that was replaced has another stamp, whatever its name. */
export function stampOf(path: string): string {
  const file = statSync(path, { throwIfNoEntry: false });
  return `${path} ${file?.size ?? 0} ${file?.mtimeMs ?? 0}`;
}

/** All files that a load reads. */
export function stampsOf({ path, tuning }: LoadOptions): string {
  const { adapters = [], draft = null } = tuning ?? {};
  return [
    ...(splitOf(path)?.files ?? [path]),
    ...adapters.map((adapter) => adapter.path),
    ...(draft === null ? [] : [draft]),
  ]
    .map(stampOf)
    .join('\n');
}
