import type { Fingerprint } from '../../engines/local/gguf/fingerprint.ts';
import { fingerprintModel } from '../../engines/local/gguf/inspect.ts';
import { getModel, recordFingerprint } from '../../storage/repositories/model-records.ts';
import type { StudioContext } from '../context.ts';
import { isSameFile, isUnchanged, type FoundModel } from './model-files.ts';

/** What the files of models hold, found by reading the one in use to its end in the background; it waits while the engine works. */
export interface Fingerprints {
  /** What is known of the file as it is now. */
  of(model: FoundModel): Fingerprint | null;
  /** Reads it unless it is known. Another model's reading is given up. */
  read(model: FoundModel): void;
  close(): void;
}

export function createFingerprints({ db, engine }: Pick<StudioContext, 'db' | 'engine'>): Fingerprints {
  const hold = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const closing = new AbortController();
  let reading: { readonly model: FoundModel; readonly abort: AbortController } | null = null;

  const follow = async (): Promise<void> => {
    for await (const { state } of engine.watch(closing.signal)) {
      Atomics.store(hold, 0, state === 'generating' || state === 'loading' ? 1 : 0);
      Atomics.notify(hold, 0);
    }
  };
  void follow();

  const of = (model: FoundModel): Fingerprint | null => {
    const stored = getModel(db, model.id);
    return stored?.sha256 && stored.bytes === model.bytes && stored.modifiedAt === model.modifiedAt
      ? { sha256: stored.sha256, broken: stored.broken }
      : null;
  };

  const readToItsEnd = async (model: FoundModel, abort: AbortController): Promise<void> => {
    try {
      const found = await fingerprintModel(model.path, hold, AbortSignal.any([abort.signal, closing.signal]));
      if (!isUnchanged(model)) return;
      recordFingerprint(db, { id: model.id, bytes: model.bytes, modifiedAt: model.modifiedAt, ...found });
      engine.setFingerprint(model, found.sha256);
    } catch {
      // The file is read again when the model is used again.
    } finally {
      if (reading?.abort === abort) reading = null;
    }
  };

  return {
    of,
    read(model) {
      if ((reading && isSameFile(reading.model, model)) || of(model)) return;
      reading?.abort.abort();
      reading = { model, abort: new AbortController() };
      void readToItsEnd(model, reading.abort);
    },
    close: () => {
      closing.abort();
    },
  };
}
