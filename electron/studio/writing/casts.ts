import type { CastView, StoryCast } from '../../../shared/contract/cast.ts';
import { activePath } from '../../../shared/document/tree.ts';
import { nameOf } from '../../../shared/prompt/roleplay.ts';
import { speaking, type Member } from '../../../shared/prompt/speaker.ts';
import { needStory } from '../../storage/core/rows.ts';
import { getChapter } from '../../storage/repositories/chapters.ts';
import { findCharacter, summaryOf } from '../../storage/repositories/character-records.ts';
import { writeSetting } from '../../storage/repositories/setting-records.ts';
import { readTree } from '../../storage/repositories/turns.ts';
import { channel, type Channel } from '../channel.ts';
import type { Client } from '../connections.ts';
import type { StudioContext } from '../context.ts';
import type { StoryLocks } from '../library/story-locks.ts';
import { besideOf } from './beside.ts';
import { branchTo } from './prompt-request.ts';
import { companyOf, readCard, readCast } from './story-cast.ts';
import { speakerAfter } from './speaker-after.ts';
import { startChat } from './start-chat.ts';

/** Who is in a story, and who speaks next. */
export interface Casts {
  /** At once, and whenever it or a character of it is another. */
  watch(storyId: string, signal?: AbortSignal): AsyncGenerator<CastView, void>;
  set(storyId: string, cast: StoryCast, client: Client): void;
  next(at: { chapterId: string; turnId: string | null }): Promise<{ characterId: string | null }>;
  start(chat: Parameters<typeof startChat>[1]): { storyId: string; chapterId: string };
  /** A character is another one. Never throws. */
  changed(): void;
  close(): void;
}

/** The model looks at so many of the last turns to say who speaks next. */
const LOOKED_AT = 12;

/** `onSet`: the next prompt is another one. */
export function createCasts(
  { db, engine }: Pick<StudioContext, 'db' | 'engine'>,
  locks: Pick<StoryLocks, 'assertWriter'>,
  onSet: () => void,
): Casts {
  const watchers = new Set<Channel<true>>();
  function changed(): void {
    for (const watcher of watchers) watcher.push(true);
  }
  function viewOf(storyId: string): CastView {
    const cast = readCast(db, storyId);
    const ids = [
      ...cast.members.map(({ characterId }) => characterId),
      ...(cast.personaId === null ? [] : [cast.personaId]),
    ];
    const people = ids.flatMap((id) => {
      const row = findCharacter(db, id);
      if (row === undefined) return [];
      return [{ id, name: nameOf(readCard(row)), avatar: summaryOf(row).avatar, isRemoved: row.removed_at !== null }];
    });
    return { ...cast, people };
  }

  /** Whose name the model would begin the reply with. */
  async function byModel(able: readonly Member[], chapterId: string, turnId: string | null): Promise<Member | null> {
    const ready = engine.current();
    const { score } = engine.host;
    if (ready === null || score === null || able.length < 2) return null;
    const tree = readTree(db, chapterId, { texts: 'path' });
    const { turns, versions } = branchTo(db, tree, turnId ?? activePath(tree).at(-1)?.id ?? null);
    const { storyId } = getChapter(db, chapterId);
    const beside = besideOf(db, { storyId, chapterId }, { turns, versions, open: false, speaker: null }, ready.format);
    const named = turns.slice(-LOOKED_AT).map((turn) => {
      const name = beside.names?.of(turn) ?? turn.speaker;
      return name === null ? turn : { ...turn, name };
    });
    const prefix = { format: ready.format, turns: named, open: false };
    const scores = await score({ prefix, endings: able.map(({ name }) => `${name}:`) }).done;
    const best = scores.reduce((top, { sum }, index) => (sum > (scores[top]?.sum ?? -Infinity) ? index : top), 0);
    return able[best] ?? null;
  }

  return {
    async *watch(storyId, signal) {
      needStory(db, storyId);
      const watcher: Channel<true> = channel(signal, () => {
        watchers.delete(watcher);
      });
      if (signal?.aborted !== true) watchers.add(watcher);
      watcher.push(true);
      for await (const _ of watcher.iterator) yield viewOf(storyId);
    },
    set(storyId, cast, client) {
      needStory(db, storyId);
      locks.assertWriter(storyId, client);
      writeSetting(db, `story:${storyId}`, 'cast', cast);
      changed();
      onSet();
    },
    async next({ chapterId, turnId }) {
      const company = companyOf(db, getChapter(db, chapterId).storyId);
      const tree = readTree(db, chapterId, { texts: 'path' });
      const { turns } = branchTo(db, tree, turnId ?? activePath(tree).at(-1)?.id ?? null);
      const last = turns.findLast(({ text }) => text.trim() !== '')?.speaker ?? null;
      const able = speaking(company.members).filter(({ name }) => name !== last);
      const chosen = company.cast.speaks === 'model' ? await byModel(able, chapterId, turnId) : null;
      return { characterId: (chosen ?? speakerAfter(company, turns, Math.random))?.id ?? null };
    },
    start(chat) {
      startChat(db, chat);
      return { storyId: chat.storyId, chapterId: chat.chapterId };
    },
    changed,
    close() {
      for (const watcher of [...watchers]) watcher.end();
    },
  };
}
