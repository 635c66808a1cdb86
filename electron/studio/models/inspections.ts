import type { StudioFault } from '../../../shared/faults/studio-fault.ts';
import { faultOf } from '../../../shared/faults/failure.ts';
import { isSameFile, type FoundModel } from './model-files.ts';
import { examineModel, type Examined } from './model-format.ts';

export type Inspected =
  | { readonly examined: Examined; readonly fault: null }
  | { readonly examined: null; readonly fault: StudioFault };

/** What model files are, each looked at once as long as it is the same file. */
export interface Inspections {
  of(model: FoundModel): Promise<Inspected>;
  /**
   * Somebody waits for it: it does not stand in line behind a folder of others. What was refused is looked at again: it
   * may have been put right, or was out of reach for a moment.
   */
  again(model: FoundModel): Promise<Inspected>;
}

export function createInspections(): Inspections {
  interface Inspection {
    readonly model: FoundModel;
    readonly work: Promise<Inspected>;
    /** Null while it is looked at. */
    result: Inspected | null;
  }
  const known = new Map<string, Inspection>();
  const inspect = (model: FoundModel, isAwaited: boolean): Promise<Inspected> => {
    const work = examineModel(model.path, isAwaited).then(
      (examined): Inspected => ({ examined, fault: null }),
      (error: unknown): Inspected => ({ examined: null, fault: faultOf(error) }),
    );
    const inspection: Inspection = { model, work, result: null };
    known.set(model.id, inspection);
    return work.then((result) => (inspection.result = result));
  };
  const before = (model: FoundModel): Inspection | null => {
    const inspection = known.get(model.id);
    return inspection !== undefined && isSameFile(inspection.model, model) ? inspection : null;
  };
  return {
    of: (model) => before(model)?.work ?? inspect(model, false),
    async again(model) {
      const result = before(model)?.result ?? null;
      return result === null || result.examined === null ? inspect(model, true) : result;
    },
  };
}
