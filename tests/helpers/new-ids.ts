import { newId } from '../../shared/document/ids.ts';

/** The ids that a page makes for a reply that it asks for. */
export const newIds = (): { generationId: string; newTurnId: string } => ({
  generationId: newId(),
  newTurnId: newId(),
});
