import { nameOf, listed } from '../../../shared/prompt/roleplay.ts';
import { resolveMacros } from '../../../shared/prompt/macros.ts';
import { normalise } from '../../../shared/document/grammar.ts';
import { newId } from '../../../shared/document/ids.ts';
import type { Op } from '../../../shared/document/turn.ts';
import { transaction, type WritableDB } from '../../storage/core/handle.ts';
import { applyChange } from '../../storage/repositories/changes.ts';
import { listChapters } from '../../storage/repositories/chapters.ts';
import { needLivingCharacter } from '../../storage/repositories/character-records.ts';
import { writeSetting } from '../../storage/repositories/setting-records.ts';
import { createStory } from '../../storage/repositories/stories.ts';
import { readTree } from '../../storage/repositories/turns.ts';
import { NO_CAST, readCard } from './story-cast.ts';

interface Start {
  readonly storyId: string;
  readonly chapterId: string;
  readonly characterIds: readonly string[];
  readonly personaId: string | null;
}
interface Greeting {
  readonly speaker: string | null;
  readonly text: string;
}

const TALKATIVE = 0.5;

/** A story with these characters that begins with their greeting; the other greetings are its alternates. */
export function startChat(db: WritableDB, { storyId, chapterId, characterIds, personaId }: Start): void {
  transaction(db, () => {
    // Asked again.
    if (listChapters(db, storyId).length > 0) return;
    const people = characterIds.map((id) => ({ id, card: readCard(needLivingCharacter(db, id)) }));
    const persona = personaId === null ? null : readCard(needLivingCharacter(db, personaId));
    const names = people.map(({ card }) => nameOf(card));
    const turnId = newId();
    createStory(db, { id: storyId, title: listed(names), chapterId, turnId });
    writeSetting(db, `story:${storyId}`, 'cast', {
      ...NO_CAST,
      personaId,
      members: people.map(({ id, card }) => ({
        characterId: id,
        muted: false,
        talkativeness: card.talkativeness ?? TALKATIVE,
      })),
    });

    const user = persona === null ? 'You' : nameOf(persona);
    const said = ({ speaker, text }: Greeting): Greeting => {
      const values = new Map([
        ['user', user],
        ['char', speaker ?? ''],
        ['group', names.join(', ')],
      ]);
      // It becomes a turn, which is a text like any other from then on.
      const macros = { values, now: new Date(), draws: new Map(), random: Math.random };
      return { speaker, text: normalise(resolveMacros(text, macros).text).text };
    };
    const greetings = greetingsOf(people.map(({ card }, index) => ({ ...card, called: names[index] ?? '' }))).map(said);
    const [first, ...others] = greetings;
    if (first === undefined) return;
    const { structureRev, turns } = readTree(db, chapterId, { texts: 'none' });
    const ops: Op[] = [
      { op: 'setText', turnId, version: turns.get(turnId)?.version ?? 0, at: 0, del: 0, ins: first.text },
      { op: 'setRole', turnId, role: 'model', marked: true },
      { op: 'setSpeaker', turnId, speaker: first.speaker },
      ...others.map((greeting): Op => ({
        op: 'insert',
        after: null,
        as: 'beside',
        turn: { id: newId(), role: 'model', marked: true, ...greeting },
      })),
    ];
    applyChange(db, { changeId: newId(), chapterId, structureRev, ops });
  });
}

interface Greets {
  readonly called: string;
  readonly firstMessage: string;
  readonly alternateGreetings: readonly string[];
  readonly groupOnlyGreetings: readonly string[];
}

/** Several begin with what their cards keep for groups, where they keep any. */
function greetingsOf(cards: readonly Greets[]): Greeting[] {
  const of = (texts: (card: Greets) => readonly string[]) =>
    cards.flatMap((card) =>
      texts(card).flatMap((text) => (text.trim() === '' ? [] : [{ speaker: card.called || null, text }])),
    );
  const own = of(({ firstMessage, alternateGreetings }) => [firstMessage, ...alternateGreetings]);
  const forGroups = cards.length > 1 ? of(({ groupOnlyGreetings }) => groupOnlyGreetings) : [];
  return forGroups.length > 0 ? forGroups : own;
}
