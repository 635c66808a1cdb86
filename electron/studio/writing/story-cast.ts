import { storyCast, type StoryCast } from '../../../shared/contract/cast.ts';
import { HEAD_PARTS, nameOf, type Actor } from '../../../shared/prompt/roleplay.ts';
import type { Member } from '../../../shared/prompt/speaker.ts';
import type { Card } from '../../../shared/cards/card.ts';
import type { ReadableDB } from '../../storage/core/handle.ts';
import type { CharacterRow } from '../../storage/core/schema.ts';
import { cardOf, findCharacter } from '../../storage/repositories/character-records.ts';
import { readSetting } from '../../storage/repositories/setting-records.ts';

export const NO_CAST: StoryCast = {
  personaId: null,
  members: [],
  names: 'suggested',
  speaks: 'order',
  order: [...HEAD_PARTS],
};

/** Who is in a story, with what their cards say now; deleted characters too. */
export interface Company {
  readonly cast: StoryCast;
  readonly actors: readonly Actor[];
  /** As who speaks next is chosen from, in the order of the cast. */
  readonly members: readonly Member[];
  readonly persona: Actor | null;
}

export function readCast(db: ReadableDB, storyId: string): StoryCast {
  const stored = storyCast.safeParse(readSetting(db, `story:${storyId}`, 'cast'));
  return stored.success ? stored.data : NO_CAST;
}

export function companyOf(db: ReadableDB, storyId: string): Company {
  const cast = readCast(db, storyId);
  const found = cast.members.flatMap((member) => {
    const actor = actorOf(db, member.characterId);
    return actor === null ? [] : [{ member, actor }];
  });
  return {
    cast,
    actors: found.map(({ actor }) => actor),
    members: found.map(({ member: { muted, talkativeness }, actor }) => ({
      id: actor.id,
      name: nameOf(actor),
      muted,
      talkativeness,
    })),
    persona: cast.personaId === null ? null : actorOf(db, cast.personaId),
  };
}

function actorOf(db: ReadableDB, id: string): Actor | null {
  const row = findCharacter(db, id);
  return row === undefined ? null : { id, ...readCard(row) };
}

const KEPT = 64;
/** Cards that were read last, as they were then. */
const read = new Map<string, { readonly checksum: number; readonly card: Card }>();

/** A card may be long, and a prompt is planned at every rest of the hands. */
export function readCard(row: CharacterRow): Card {
  const known = read.get(row.id);
  if (known?.checksum === row.checksum) return known.card;
  const card = cardOf(row);
  read.delete(row.id);
  read.set(row.id, { checksum: row.checksum, card });
  for (const oldest of read.keys()) if (read.size > KEPT) read.delete(oldest);
  return card;
}
