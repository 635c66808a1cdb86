import type { ChapterDocument } from '../../../shared/contract/stories.ts';
import type { ChangeAck, GenerationStart } from '../../../shared/contract/writing.ts';
import { applyOps } from '../../../shared/document/tree.ts';
import { isStructural, type Op, type TreeTurn, type TurnTree } from '../../../shared/document/turn.ts';

/** Reads the chapter, with these texts beside those that it shows. */
type Open = (texts: string[]) => Promise<ChapterDocument>;

/** What the studio has of a chapter, as far as the page has heard. */
export class KnownChapter {
  private known: TurnTree;
  private rev: number;
  private heard = 0;
  /** Something happened to the chapter of which nothing is known here. */
  isStale = false;

  constructor(tree: TurnTree, structureRev: number) {
    this.known = tree;
    this.rev = structureRev;
  }

  get tree(): TurnTree {
    return this.known;
  }
  get structureRev(): number {
    return this.rev;
  }
  /** Grows with everything that is heard. */
  get revision(): number {
    return this.heard;
  }

  /** What the studio did to a turn by itself. */
  adopt(turnId: string, change: Partial<TreeTurn>): void {
    const turn = this.known.turns.get(turnId);
    if (turn === undefined) return;
    this.known = { ...this.known, turns: new Map(this.known.turns).set(turnId, { ...turn, ...change }) };
    this.heard++;
  }

  /** What the studio did to the tree by itself. False: it does not fit what is known, which has to be read again. */
  takeIn({ ops, structureRev }: Pick<GenerationStart, 'ops' | 'structureRev'>): boolean {
    if (structureRev !== this.rev + 1) return false;
    try {
      this.known = applyOps(this.known, ops);
    } catch {
      return false;
    }
    this.answered(structureRev);
    return true;
  }

  /** The studio has done what it was asked for. */
  answered(structureRev: number): void {
    this.rev = structureRev;
    this.heard++;
  }

  /** What that did to the tree, in which these turns stand as they are told. */
  apply(ops: readonly Op[], told: readonly TreeTurn[] = []): void {
    const turns = new Map([...this.known.turns, ...told.map((turn) => [turn.id, turn] as const)]);
    this.known = applyOps({ activeRootId: this.known.activeRootId, turns }, ops);
  }

  acknowledge(ops: readonly Op[], ack: ChangeAck): void {
    this.heard++;
    // Another change of the structure may be on its way to us: only our own tells where the tree stands.
    if (ops.some(isStructural)) this.rev = ack.structureRev;
    try {
      this.known = withVersions(applyOps(this.known, ops), ack.versions);
    } catch {
      // What we know of the chapter was not what the studio has.
      this.isStale = true;
    }
  }

  /** `live`: turns of replies whose ends have not been heard of, with which comes what they bring into their turns. */
  async read(open: Open, live: () => ReadonlySet<string>): Promise<void> {
    const { turns, activeRootId, structureRev } = await this.chapterNow(open);
    const running = live();
    const joined = turns.map((turn) => {
      const held = this.known.turns.get(turn.id);
      if (held !== undefined && running.has(turn.id)) return { ...turn, text: held.text, version: held.version };
      return turn.text === null ? { ...turn, text: held?.text ?? null } : turn;
    });
    this.isStale = false;
    this.known = { activeRootId, turns: new Map(joined.map((turn) => [turn.id, turn])) };
    this.answered(structureRev);
  }

  /** Whether the studio has just what is known here. */
  isAs({ turns, activeRootId, structureRev }: ChapterDocument): boolean {
    const isLiving = ({ tombstone }: TreeTurn): boolean => tombstone === null;
    const living = turns.filter(isLiving);
    return (
      structureRev === this.rev &&
      activeRootId === this.known.activeRootId &&
      living.length === [...this.known.turns.values()].filter(isLiving).length &&
      living.every(({ id, version, text }) => {
        const held = this.known.turns.get(id);
        return held?.version === version && (text === null || held.text === null || held.text === text);
      })
    );
  }

  /** A page that only reads shows by now what the studio has, texts of replies that are being written left out. */
  readAlong({ turns, activeRootId, structureRev }: ChapterDocument): void {
    const known = turns.map((turn) => {
      const held = this.known.turns.get(turn.id);
      return turn.text === null && held?.version === turn.version ? { ...turn, text: held.text } : turn;
    });
    this.known = { activeRootId, turns: new Map(known.map((turn) => [turn.id, turn])) };
    this.answered(structureRev);
  }

  /** The chapter, with the texts of turns that are not shown where ours are not those of their versions any more. */
  private async chapterNow(open: Open): Promise<ChapterDocument> {
    const texts: string[] = [];
    for (;;) {
      const chapter = await open(texts);
      const outdated = chapter.turns.filter(({ id, version, text }) => {
        const held = this.known.turns.get(id);
        return text === null && typeof held?.text === 'string' && held.version !== version;
      });
      if (outdated.length === 0) return chapter;
      texts.push(...outdated.map(({ id }) => id));
    }
  }
}

function withVersions(tree: TurnTree, versions: Readonly<Record<string, number>>): TurnTree {
  const turns = new Map(tree.turns);
  for (const [id, version] of Object.entries(versions)) {
    const turn = turns.get(id);
    if (turn !== undefined) turns.set(id, { ...turn, version });
  }
  return { ...tree, turns };
}
