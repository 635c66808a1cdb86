import type { EngineReply, GenerateRequest } from '../../engines/port.ts';
import type { Asked, Begin, EffectiveSettings } from '../../storage/repositories/generation-records.ts';
import type { Made } from '../../storage/repositories/take-back.ts';
import type { Ready } from '../models/loaded-engine.ts';

/** A reply that is asked for. */
export interface GenerationOrder {
  readonly id: string;
  readonly storyId: string;
  readonly chapterId: string;
  readonly turnId: string;
  readonly kind: Begin['kind'];
  readonly offset: number;
  /** As it is chosen now. */
  readonly sampling: EffectiveSettings['sampling'];
  /** So many more answers to the same prompt come after it. */
  readonly alternatesLeft: number;
  readonly made: Made | null;
  readonly asked: Asked | null;
  /** What it is written with and from, when its turn has come and its model is there. */
  plan(ready: Ready): PlannedGeneration;
}
export interface PlannedGeneration {
  readonly request: GenerateRequest;
  readonly settings: EffectiveSettings;
  /** It was begun before it was asked for. */
  readonly early: EngineReply | null;
}
