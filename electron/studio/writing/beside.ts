import { hash } from 'node:crypto';
import { z } from 'zod';
import { resolveMacros } from '../../../shared/prompt/macros.ts';
import { nameOf, stage, writesNames } from '../../../shared/prompt/roleplay.ts';
import type { HeadText, PromptFormat, PromptNames, PromptNote, PromptTurn } from '../../../shared/prompt/types.ts';
import type { WritableDB } from '../../storage/core/handle.ts';
import type { EffectiveSettings } from '../../storage/repositories/generation-records.ts';
import { notesFor } from '../../storage/repositories/note-records.ts';
import { readSetting, writeSetting } from '../../storage/repositories/setting-records.ts';
import type { Target } from './reply-target.ts';
import { companyOf } from './story-cast.ts';

/**
 * What a prompt holds beside its turns. `names`: where they are written, by turn; `sent`: as it is kept with the reply;
 * null where there is nothing.
 */
export interface Beside {
  readonly head: readonly HeadText[];
  readonly notes: readonly PromptNote[];
  readonly names: (PromptNames & { of(turn: PromptTurn): string | null }) | null;
  readonly sent: NonNullable<EffectiveSettings['beside']> | null;
}
/** The place of a reply, and when it was planned (ms): clocks tell this. */
type When = Pick<NonNullable<EffectiveSettings['beside']>, 'place' | 'at'>;

export const NOTHING_BESIDE: Beside = { head: [], notes: [], names: null, sent: null };

const storedDraws = z.record(z.string(), z.number().int().min(0));
/** Of texts that are written by no more; so many are kept all the same. */
const MOST_DRAWS = 2000;

/** Where a reply stands: behind a turn, or in one from a place on. Alternates of a reply have its place. */
export function placeOf(chapterId: string, { turns, open }: Target): string {
  const last = turns.at(-1);
  return open ? `in ${last?.id ?? ''} ${String(last?.text.length ?? 0)}` : `after ${last?.id ?? chapterId}`;
}

/**
 * What a story tells its model beside the turns that lead to a reply, its macros resolved. What is drawn for the first
 * time is stored: it is the same in every prompt from then on.
 */
export function besideOf(
  db: WritableDB,
  { storyId, chapterId }: { readonly storyId: string; readonly chapterId: string },
  target: Target,
  format: PromptFormat,
  when: When = { place: placeOf(chapterId, target), at: Date.now() },
): Beside {
  const kept = notesFor(db, storyId, when.place);
  const { cast, actors, persona } = companyOf(db, storyId);
  if (kept.length === 0 && actors.length === 0 && persona === null) return NOTHING_BESIDE;
  const textOf = (kind: (typeof kept)[number]['kind']) => kept.find((note) => note.kind === kind);
  const { text = '', depth = 0, role = 'system' } = textOf('authorsNote') ?? {};
  const answers = target.open ? (target.turns.at(-1)?.speaker ?? null) : target.speaker;
  const [only] = actors.length === 1 ? actors : [];
  const speaker = actors.find((actor) => nameOf(actor) === answers) ?? only ?? null;
  const draws = openDraws(db, storyId);
  const { head, notes } = stage({
    ...speakersIn(target.turns),
    cast: actors,
    persona,
    speaker,
    memory: textOf('memory')?.text ?? '',
    authorsNote: { text, depth, role },
    postHistory: textOf('postHistory')?.text ?? '',
    order: cast.order,
    resolve: (id, said, values) => draws.resolve(id, said, values, when.at),
  });
  draws.store();

  const user = persona === null ? null : nameOf(persona);
  const of = ({ role: whose, speaker: called }: PromptTurn): string | null =>
    called ?? (whose === 'user' ? user : whose === 'model' && only !== undefined ? nameOf(only) : null);
  const opens = target.open || speaker === null ? null : nameOf(speaker);
  const now = speaker === null ? answers : nameOf(speaker);
  const others = [...actors.map(nameOf), ...(user === null ? [] : [user])].filter(
    (name) => name !== now && name !== '',
  );
  const names = writesNames(cast.names, format, actors.length) ? { speaker: opens, others, of } : null;
  const once = kept.flatMap(({ sends, kind, version }) => (sends === 'once' ? [{ kind, version }] : []));
  const told = names === null ? null : [names.speaker, names.others, user];
  const digest = hash('sha256', JSON.stringify([head, notes, told]));
  return { head, notes, names, sent: { ...when, digest, once } };
}

/** What was drawn in a story for its macros, and is drawn now for the first time. */
function openDraws(db: WritableDB, storyId: string) {
  const scope = `story:${storyId}`;
  const stored = storedDraws.safeParse(readSetting(db, scope, 'draws'));
  const draws = new Map(Object.entries(stored.success ? stored.data : {}));
  const known = draws.size;
  return {
    resolve(id: string, text: string, values: ReadonlyMap<string, string>, at: number) {
      const mine = `${id}/`;
      const own = [...draws].flatMap(([key, value]) =>
        key.startsWith(mine) ? [[key.slice(mine.length), value] as const] : [],
      );
      const resolved = resolveMacros(text, { values, now: new Date(at), draws: new Map(own), random: Math.random });
      for (const [key, value] of resolved.drawn) draws.set(mine + key, value);
      return { text: resolved.text, ...(resolved.hasClock ? { hasClock: true } : {}) };
    },
    store(): void {
      if (draws.size !== known) writeSetting(db, scope, 'draws', Object.fromEntries([...draws].slice(-MOST_DRAWS)));
    },
  };
}

/** Whether a reply that was sent with the one would be sent with the same now. */
export const isSameBeside = (once: EffectiveSettings['beside'], { sent }: Beside): boolean =>
  (once?.digest ?? null) === (sent?.digest ?? null);

/** Whom `{{user}}` and `{{char}}` mean where nobody says: who was named last. */
function speakersIn(turns: readonly PromptTurn[]): { readonly user: string; readonly char: string } {
  const named = (role: PromptTurn['role']) =>
    turns.findLast((turn) => turn.role === role && turn.speaker !== null)?.speaker;
  return { user: named('user') ?? 'You', char: named('model') ?? 'Narrator' };
}
