import { z } from 'zod';
import { isEnded } from '../../../shared/contract/jobs.ts';
import { failure, fault } from '../../../shared/faults/failure.ts';
import type { Fingerprint } from '../../engines/local/gguf/fingerprint.ts';
import { openReadingMeter } from '../../engines/local/gguf/reading-meter.ts';
import { fingerprintModel } from '../../engines/local/gguf/inspect.ts';
import { getModel, recordFingerprint } from '../../storage/repositories/model-records.ts';
import type { StudioContext } from '../context.ts';
import type { JobTools } from '../jobs/job-kind.ts';
import type { Folders } from './folders.ts';
import { isSameFile, type FoundModel } from './model-files.ts';
import { guarded, inBackground } from '../../log/guarded.ts';

/**
 * What the files of models hold, found by a job that reads the one in use to its end; it waits while the engine works.
 */
export interface Fingerprints {
  /** What is known of the file as it is now. */
  of(model: FoundModel): Fingerprint | null;
  /** Reads it unless it is known. Another model's reading is given up. */
  read(model: FoundModel): void;
}

const KIND = 'fingerprint';
const TELL_MS = 250;
const modelFile = z.object({
  id: z.string(),
  path: z.string(),
  name: z.string(),
  bytes: z.number(),
  modifiedAt: z.number(),
  demo: z.boolean(),
});

export function createFingerprints(
  { db, engine, jobs }: Pick<StudioContext, 'db' | 'engine' | 'jobs'>,
  folders: Pick<Folders, 'find'>,
): Fingerprints {
  const of = (model: FoundModel): Fingerprint | null => {
    const stored = getModel(db, model.id);
    return stored?.sha256 && stored.bytes === model.bytes && stored.modifiedAt === model.modifiedAt
      ? { sha256: stored.sha256, broken: stored.broken }
      : null;
  };

  async function run(model: FoundModel, { signal, progress }: JobTools): Promise<string> {
    const meter = openReadingMeter();
    const over = new AbortController();
    const waitForTheEngine = async (): Promise<void> => {
      for await (const { state } of engine.watch(over.signal))
        meter.hold(state === 'generating' || state === 'loading');
    };
    inBackground(waitForTheEngine());
    const telling = setInterval(
      guarded(() => progress({ done: Math.min(model.bytes, meter.bytesRead), total: model.bytes, unit: 'bytes' })),
      TELL_MS,
    );
    try {
      const found = await fingerprintModel(model.path, meter.shared, signal);
      const now = await folders.find(model.path);
      if (now === null || !isSameFile(now, model)) throw failure('REPLACED_IN_READING', {});
      recordFingerprint(db, { id: model.id, bytes: model.bytes, modifiedAt: model.modifiedAt, ...found });
      engine.setFingerprint(model, found.sha256);
      return `SHA-256 ${found.sha256}`;
    } finally {
      clearInterval(telling);
      over.abort();
    }
  }

  jobs.register({
    kind: KIND,
    resumable: false,
    params: modelFile,
    title: ({ name }) => fault('JOB_READS_MODEL', { name }),
    run,
  });

  return {
    of,
    read(model) {
      if (of(model)) return;
      const { id } = jobs.start(KIND, model);
      for (const other of jobs.list())
        if (other.kind === KIND && other.id !== id && !isEnded(other)) jobs.cancel(other.id);
    },
  };
}
