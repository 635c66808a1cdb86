import { z } from 'zod';

/**
 * What an error says: an open `code` with what its sentence needs to know (shared/faults), and a `detail` for the
 * curious.
 */
export interface StudioFault {
  readonly code: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly detail?: string;
}
export const fault = z.object({
  code: z.string(),
  params: z.record(z.string(), z.unknown()),
  detail: z.string().optional(),
});
