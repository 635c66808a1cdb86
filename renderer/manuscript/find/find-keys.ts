import type { FindAsk } from '../../chapter/controller.ts';
import type { Key } from '../../lib/keys.ts';

/** On a Mac ⌘H hides the studio, and the row of F3 is the system's. */
export const FIND_KEYS = {
  find: 'Mod+F',
  replace: { onMac: 'Mod+Alt+F', elsewhere: 'Mod+H' },
  next: { onMac: 'Mod+G', elsewhere: 'F3' },
  previous: { onMac: 'Mod+Shift+G', elsewhere: 'Shift+F3' },
} as const satisfies Record<FindAsk, Key>;
