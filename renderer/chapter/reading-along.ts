import type { ChapterDocument } from '../../shared/contract/stories.ts';
import type { RunningGeneration } from '../../shared/contract/writing.ts';
import { patchOf } from '../../shared/document/diff.ts';
import { escapeText } from '../../shared/document/grammar.ts';
import { rebaseOffset } from '../../shared/document/position.ts';
import type { Turn } from '../../shared/document/turn.ts';
import { follow } from '../lib/follow.ts';
import type { StudioApi } from './controller.ts';
import type { OpenChapter } from './open-chapter.ts';
import type { Replies } from './replies/replies.ts';
import { sameTurn } from './same-turns.ts';
import { endOfText } from './text-source.ts';
import { contentOf, shownPath } from './tree-queries.ts';
import { placeOf, whereabouts, type Spot } from './whereabouts.ts';

interface Host {
  readonly api: StudioApi;
  readonly chapterId: string;
  readonly chapter: OpenChapter;
  readonly replies: Replies;
  readonly onState: () => void;
}

/** A chapter is read again no sooner than this, and takes up at most about this share of the time. */
const LEAST_REST_MS = 300;
const SHARE = 1 / 8;

/** A page that only reads goes along with what another page writes and what is streamed there. */
export class ReadingAlong {
  private readonly host: Host;
  private readonly closing = new AbortController();
  private readonly release: () => void;
  private isReading = false;
  /** It has changed since it was last read, or a reply has to end first. */
  private isDue = false;
  private resting: ReturnType<typeof setTimeout> | undefined;
  /** Since when the page is not what the studio has; null while it is. */
  private since: number | null = Date.now();

  constructor(host: Host) {
    this.host = host;
    const { api, chapter, chapterId, onState } = host;
    this.release = chapter.sync.hold();
    void follow({
      open: async (signal) => {
        const news = await api.chapters.watch({ id: chapterId }, { signal });
        return fromTheStart(news, () => {
          this.since ??= Date.now();
          onState();
        });
      },
      onValue: () => {
        this.isDue = true;
        this.readSoon();
      },
      signal: this.closing.signal,
    });
  }

  /** The moment whose text the page shows. */
  get asOf(): 'now' | number {
    return this.since ?? 'now';
  }

  /** A reply has gone on or ended. */
  replied(): void {
    if (this.isDue) this.readSoon();
  }

  close(): void {
    this.closing.abort();
    clearTimeout(this.resting);
    this.release();
  }

  private readSoon(): void {
    if (this.isReading || this.resting !== undefined || this.closing.signal.aborted) return;
    this.isReading = true;
    const began = performance.now();
    void this.host.chapter.sync
      .between(() => this.read())
      .catch(() => {
        this.since ??= Date.now();
        this.isDue = true;
      })
      .finally(() => {
        this.isReading = false;
        const rest = Math.max(LEAST_REST_MS, (performance.now() - began) / SHARE);
        this.resting = setTimeout(() => {
          this.resting = undefined;
          if (this.isDue) this.readSoon();
        }, rest);
        this.host.onState();
      });
  }

  private async read(): Promise<void> {
    const { api, chapterId, replies } = this.host;
    this.isDue = false;
    const stored = await api.chapters.open({ id: chapterId });
    if (this.closing.signal.aborted) return;
    // What the studio has stored of a reply is known when its end has been heard.
    if (replies.running.some(({ generation }) => generation.id !== stored.generation?.generationId)) {
      this.isDue = true;
      return;
    }
    this.show(stored);
    this.since = null;
  }

  private show(stored: ChapterDocument): void {
    const { chapter, replies } = this.host;
    const { document, sync, view } = chapter;
    const { generation, cutShort } = stored;
    sync.readAlong(stored);
    const path = shownPath(sync.tree).map(contentOf);
    const shown = document.currentTurns();
    const { caret, top, above } = whereabouts(view, document);
    const seesEnd = view.isNearSight(endOfText(view));
    const laid = this.lay(shown, path, generation);
    // Whoever reads stays where they are, at the end where they see it grow.
    if (laid === 'turns') view.putCaret(placeOf(view, document, moved(caret, shown, path)));
    if (laid !== 'nothing') view.look({ from: placeOf(view, document, moved(top, shown, path)), above });
    if (laid !== 'nothing' && seesEnd) view.bring(endOfText(view));
    document.standsAsStored();
    if (generation !== null && !replies.follows(generation.generationId)) replies.begin(generation);
    if (generation === null && cutShort !== null) replies.openCut(cutShort);
  }

  /** The page becomes these turns, and what of it is so already stays as it is. Answers with what was written anew. */
  private lay(
    shown: readonly Turn[],
    path: readonly Turn[],
    generation: RunningGeneration | null,
  ): 'nothing' | 'text' | 'turns' {
    const { binding, document } = this.host.chapter;
    const { live } = this.host.replies;
    const at = path.findIndex((turn, index) => shown[index] === undefined || !sameTurn(shown[index], turn));
    if (at === -1 && shown.length === path.length && !this.lacksReady(path, generation)) return 'nothing';
    binding.endStep();
    const isText = this.layText(shown, path, at);
    if (!isText) {
      const kept = at === -1 ? path.length : at;
      if (live !== null && document.layout.ids.indexOf(live.turnId) >= kept) live.hide();
      binding.mirror(binding.edits.tail(path[kept - 1]?.id ?? null, path.slice(kept), false));
      if (live !== null && !live.isShown && document.spanOf(live.turnId) !== null) live.showAt(generation?.offset ?? 0);
    }
    if (this.lacksReady(path, generation)) binding.mirror(binding.edits.ready());
    binding.endStep();
    return isText ? 'text' : 'turns';
  }

  private lacksReady(path: readonly Turn[], generation: RunningGeneration | null): boolean {
    return generation?.turnId !== path.at(-1)?.id && this.host.chapter.document.wantsReadyTurn();
  }

  /** Where only the text of one turn is another one, only what is new in it is written. */
  private layText(shown: readonly Turn[], path: readonly Turn[], at: number): boolean {
    const { binding, document } = this.host.chapter;
    const [ours, theirs] = [shown[at], path[at]];
    const span = document.spanOf(theirs?.id ?? '');
    if (ours === undefined || theirs === undefined || span === null || shown.length !== path.length) return false;
    const isPlain = !document.hasEscapes(span) && escapeText(theirs.text) === theirs.text;
    if (!isPlain || document.live?.turnId === span.id || !sameTurn({ ...ours, text: theirs.text }, theirs))
      return false;
    if (path.slice(at + 1).some((turn, index) => !sameTurn(turn, shown[at + 1 + index]))) return false;
    const patch = patchOf(ours.text, theirs.text);
    if (patch === null) return false;
    const { at: from, del, ins } = patch;
    binding.mirror({
      from: document.placeOf(span, from),
      to: document.placeOf(span, from + del),
      text: ins,
      ids: document.layout.ids,
    });
    return true;
  }
}

/** Where a place in a turn is by now. */
function moved(spot: Spot, before: readonly Turn[], after: readonly Turn[]): Spot {
  if (spot === null) return null;
  const [ours, theirs] = [before, after].map((turns) => turns.find(({ id }) => id === spot[0])?.text);
  const patch = ours === undefined || theirs === undefined ? null : patchOf(ours, theirs);
  return patch === null ? spot : [spot[0], rebaseOffset(spot[1], patch)];
}

/** `onEnd`: the stream is over, however that came. */
async function* fromTheStart<T>(values: AsyncIterable<T>, onEnd: () => void): AsyncGenerator<T> {
  try {
    yield* values;
  } finally {
    onEnd();
  }
}
