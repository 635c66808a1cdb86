import type { Role } from '../../../shared/document/turn.ts';
import { newId } from '../../../shared/document/ids.ts';
import { applyChange } from '../../storage/repositories/changes.ts';
import { transaction, type WritableDB } from '../../storage/core/handle.ts';
import { readSetting, writeSetting } from '../../storage/repositories/setting-records.ts';
import { createStory, listStories } from '../../storage/repositories/stories.ts';
import { readTree } from '../../storage/repositories/turns.ts';

const TITLE = 'The Lamp on the Pier';
const TURNS: readonly { readonly role: Role; readonly text: string }[] = [
  {
    role: 'system',
    text: 'This is a text adventure. Say what happens to the player, then offer three things to do, each on a line of its own that begins with a dash.',
  },
  { role: 'user', text: 'Start.' },
  {
    role: 'model',
    text: [
      'You stand under the last lamp of the pier. The sea is quiet, and the little harbour is asleep. In your hand lies an old key that is warm, as if someone had held it just now.',
      'Behind you a door knocks in the wind, twice, and then once more. It is the door of the boathouse.',
      '',
      '- Try the key in the boathouse door',
      '- Follow the wet footprints along the pier',
      '- Blow out the lamp and wait',
    ].join('\n'),
  },
  { role: 'user', text: 'I try the key in the boathouse door.' },
];

/**
 * A store that was never used opens on a story that one key continues. A writer who deletes it is not given it again.
 */
export function ensureFirstStory(db: WritableDB): void {
  if (readSetting(db, 'studio', 'first-story') !== null || listStories(db).length > 0) return;
  transaction(db, () => {
    const [chapterId, firstTurn] = [newId(), newId()];
    createStory(db, { id: newId(), title: TITLE, chapterId, turnId: firstTurn });
    const tree = readTree(db, chapterId, { texts: 'none' });
    const [first, ...rest] = TURNS;
    const ids = [firstTurn, ...rest.map(() => newId())];
    applyChange(db, {
      changeId: newId(),
      chapterId,
      structureRev: tree.structureRev,
      ops: [
        {
          op: 'setText',
          turnId: firstTurn,
          version: tree.turns.get(firstTurn)?.version ?? 0,
          at: 0,
          del: 0,
          ins: first?.text ?? '',
        },
        { op: 'setRole', turnId: firstTurn, role: first?.role ?? 'system', marked: true },
        ...rest.map((turn, index) => ({
          op: 'insert' as const,
          after: ids[index] ?? null,
          as: 'chain' as const,
          turn: { id: ids[index + 1] ?? newId(), role: turn.role, speaker: null, marked: true, text: turn.text },
        })),
      ],
    });
    writeSetting(db, 'studio', 'first-story', true);
  });
}
