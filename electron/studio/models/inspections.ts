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
  /** What was refused is looked at again: it may have been put right, or was out of reach for a moment. */
  again(model: FoundModel): Promise<Inspected>;
}

export function createInspections(): Inspections {
  const known = new Map<string, { readonly model: FoundModel; readonly work: Promise<Inspected> }>();
  const inspect = (model: FoundModel): Promise<Inspected> => {
    const work = examineModel(model.path).then(
      (examined): Inspected => ({ examined, fault: null }),
      (error: unknown): Inspected => ({ examined: null, fault: faultOf(error) }),
    );
    known.set(model.id, { model, work });
    return work;
  };
  const of = (model: FoundModel): Promise<Inspected> => {
    const before = known.get(model.id);
    return before !== undefined && isSameFile(before.model, model) ? before.work : inspect(model);
  };
  return {
    of,
    async again(model) {
      const before = await of(model);
      return before.examined === null ? inspect(model) : before;
    },
  };
}
