import { ROLES, type TreeTurn } from '../document/turn.ts';

/** The turns of a chapter by their fields, -1 for none; their texts stand behind each other after it. */
interface Columns {
  /** Those of the turns, then others that they name. */
  readonly ids: string[];
  readonly parents: number[];
  readonly activeChildren: number[];
  readonly orders: number[];
  readonly roles: number[];
  readonly names: string[];
  readonly speakers: number[];
  readonly unmarked: number[];
  readonly versions: number[];
  readonly interrupted: number[];
  readonly tombstones: [at: number, tombstone: NonNullable<TreeTurn['tombstone']>][];
  readonly lengths: number[];
}

const END = '\n';

/** Numbers strings as they come; -1 is null. */
function numbered(known: string[] = []): { readonly all: string[]; place(text: string | null): number } {
  const places = new Map(known.map((text, at) => [text, at]));
  return {
    all: known,
    place(text) {
      if (text === null) return -1;
      let at = places.get(text);
      if (at === undefined) {
        places.set(text, (at = known.length));
        known.push(text);
      }
      return at;
    },
  };
}

/** The turns as one string, many times cheaper to send and to read than as many objects. */
export function packTurns(turns: readonly TreeTurn[]): string {
  const ids = numbered(turns.map(({ id }) => id));
  const names = numbered();
  const where = (is: (turn: TreeTurn) => boolean): number[] => turns.flatMap((turn, at) => (is(turn) ? [at] : []));
  const columns: Columns = {
    parents: turns.map(({ parentId }) => ids.place(parentId)),
    activeChildren: turns.map(({ activeChildId }) => ids.place(activeChildId)),
    ids: ids.all,
    orders: turns.map(({ order }) => order),
    roles: turns.map(({ role }) => ROLES.indexOf(role)),
    speakers: turns.map(({ speaker }) => names.place(speaker)),
    names: names.all,
    unmarked: where(({ marked }) => !marked),
    versions: turns.map(({ version }) => version),
    interrupted: where(({ interrupted }) => interrupted),
    tombstones: turns.flatMap(({ tombstone }, at) => (tombstone === null ? [] : [[at, tombstone]])),
    lengths: turns.map(({ text }) => text?.length ?? -1),
  };
  return JSON.stringify(columns) + END + turns.map(({ text }) => text ?? '').join('');
}

export function unpackTurns(packed: string): TreeTurn[] {
  const end = packed.indexOf(END);
  const columns = JSON.parse(packed.slice(0, end)) as Columns;
  const { ids, parents, activeChildren, orders, roles, names, speakers, versions, lengths } = columns;
  const [unmarked, interrupted] = [new Set(columns.unmarked), new Set(columns.interrupted)];
  const tombstones = new Map(columns.tombstones);
  let from = end + END.length;
  return lengths.map((length, at): TreeTurn => {
    const text = length < 0 ? null : packed.slice(from, from + length);
    from += Math.max(0, length);
    return {
      id: ids[at] ?? '',
      parentId: ids[parents[at] ?? -1] ?? null,
      activeChildId: ids[activeChildren[at] ?? -1] ?? null,
      order: orders[at] ?? 0,
      role: ROLES[roles[at] ?? -1] ?? 'user',
      speaker: names[speakers[at] ?? -1] ?? null,
      marked: !unmarked.has(at),
      text,
      version: versions[at] ?? 0,
      interrupted: interrupted.has(at),
      tombstone: tombstones.get(at) ?? null,
    };
  });
}

const areTurns = (data: unknown): data is readonly TreeTurn[] => {
  const first: unknown = Array.isArray(data) ? data[0] : undefined;
  return typeof first === 'object' && first !== null && 'activeChildId' in first;
};

/** How both ends of a connection write what the contract sends much of. */
export const PACKED = {
  customJsonSerializers: [{ type: 21, condition: areTurns, serialize: packTurns, deserialize: unpackTurns }],
};
