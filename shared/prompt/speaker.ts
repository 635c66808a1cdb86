/**
 * How it is chosen who answers next: one after the other, who was named, by how talkative they are, by hand, or by the
 * model.
 */
export const SPEAKS = ['order', 'named', 'talkativeness', 'hand', 'model'] as const;
export type Speaks = (typeof SPEAKS)[number];

export interface Member {
  readonly id: string;
  readonly name: string;
  readonly muted: boolean;
  /** 0–1. */
  readonly talkativeness: number;
}
/** The turn that is answered; `member`: who of the cast spoke last, in it or before it. */
interface Last {
  readonly speaker: string | null;
  readonly member: string | null;
  readonly text: string;
}

/** Who may speak at all. */
export const speaking = <M extends Pick<Member, 'muted'>>(cast: readonly M[]): readonly M[] =>
  cast.filter(({ muted }) => !muted);

/**
 * Who answers the last turn; null where nobody may. Who spoke last speaks again only where nobody else is there. By
 * hand and by the model somebody else chooses: without them it is one after the other. `random`: from 0 to below 1.
 */
export function nextSpeaker<M extends Member>(
  cast: readonly M[],
  speaks: Speaks,
  last: Last,
  random: () => number,
): M | null {
  const able = speaking(cast);
  const others = able.filter(({ name }) => name !== last.speaker);
  const [only] = able;
  if (others.length === 0) return only ?? null;
  if (speaks === 'named') return namedIn(others, last.text) ?? inOrder(cast, others, last.member);
  if (speaks === 'talkativeness') return byTalk(others, random);
  return inOrder(cast, others, last.member);
}

/** Who stands behind the last speaker in the cast, and then from its beginning. */
function inOrder<M extends Member>(cast: readonly M[], others: readonly M[], speaker: string | null): M | null {
  const at = cast.findIndex(({ name }) => name === speaker);
  const able = new Set(others);
  return [...cast.slice(at + 1), ...cast].find((member) => able.has(member)) ?? null;
}

const escape = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** Who was named last, by the whole name or its first word. */
function namedIn<M extends Member>(others: readonly M[], text: string): M | null {
  let [named, at] = [null as M | null, -1];
  for (const member of others) {
    const [firstName = ''] = member.name.split(/\s+/);
    for (const name of [member.name, firstName]) {
      if (name === '') continue;
      const places = [...text.matchAll(new RegExp(`(?<![\\p{L}\\p{N}])${escape(name)}(?![\\p{L}\\p{N}])`, 'giu'))];
      const place = places.at(-1)?.index ?? -1;
      if (place > at) [named, at] = [member, place];
    }
  }
  return named;
}

function byTalk<M extends Member>(others: readonly M[], random: () => number): M | null {
  const sum = others.reduce((total, { talkativeness }) => total + talkativeness, 0);
  let left = random() * (sum === 0 ? others.length : sum);
  return others.find(({ talkativeness }) => (left -= sum === 0 ? 1 : talkativeness) < 0) ?? others.at(-1) ?? null;
}
