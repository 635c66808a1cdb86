import { z } from 'zod';
import type { StudioFault } from '../../../shared/faults/studio-fault.ts';
import { fault } from '../../../shared/faults/failure.ts';
import type { WritableDB } from '../../storage/core/handle.ts';
import { readSetting, writeSetting } from '../../storage/repositories/setting-records.ts';
import type { ModelVersion } from './model-files.ts';

/** So many ends of the process without a finished reply between them, and the file is put aside. */
const ASIDE = 2;
const stored = z.object({ bytes: z.number(), modifiedAt: z.number(), count: z.number() });

/** Model files that ended the engine. A file of the same path with another size or date is another one. */
export interface Crashes {
  died(model: ModelVersion, fault: StudioFault): void;
  /** It wrote a reply to its end, or the person wants to try it again. */
  forget(model: ModelVersion): void;
  /** Why it is put aside; null if it is not. */
  fault(model: ModelVersion): StudioFault | null;
}

export function createCrashes(db: WritableDB): Crashes {
  const scope = ({ id }: ModelVersion): string => `model:${id}`;
  const known = (model: ModelVersion): number => {
    const { data } = stored.safeParse(readSetting(db, scope(model), 'crashes'));
    return data?.bytes === model.bytes && data.modifiedAt === model.modifiedAt ? data.count : 0;
  };
  const write = (model: ModelVersion, value: z.infer<typeof stored> | null): void =>
    writeSetting(db, scope(model), 'crashes', value);
  /** A store that takes or tells nothing takes no reply with it: the text matters more than this count. */
  const ifPossible = (act: () => void): void => {
    try {
      act();
    } catch {
      return;
    }
  };
  return {
    died(model, { code }) {
      if (code !== 'CRASH' && code !== 'HANG') return;
      ifPossible(() => {
        write(model, { bytes: model.bytes, modifiedAt: model.modifiedAt, count: known(model) + 1 });
      });
    },
    forget(model) {
      ifPossible(() => {
        if (readSetting(db, scope(model), 'crashes') !== null) write(model, null);
      });
    },
    fault(model) {
      const count = known(model);
      return count < ASIDE
        ? null
        : fault('ASIDE', {}, `${count} ends of the process without a finished reply between them`);
    },
  };
}
