import { readFileSync } from 'node:fs';

/** What the system was told, as disk-shim.c logs it, or what the process said. */
export interface DiskEvent {
  readonly kind: 'write' | 'truncate' | 'sync' | 'unlink' | 'create' | 'said' | 'index';
  readonly file: FileName | 'folder' | null;
  readonly at: number;
  readonly bytes: Buffer;
}
export type FileName = 'store.db' | 'store.db-wal';

/**
 * What a disk has after the power went: only what was synced; of the rest also the first part, in order; any of it; or
 * any 512 bytes of it.
 */
export const MODELS = ['synced', 'prefix', 'subset', 'torn'] as const;
export type Model = (typeof MODELS)[number];

const KINDS = ['write', 'truncate', 'sync', 'unlink', 'create', 'said', 'index'] as const;
const FILES = ['store.db', 'store.db-wal', 'folder'] as const;
const HEAD = 16;
const SECTOR = 512;

/** A log that was cut off in an event ends with the one before. */
export function readDiskLog(path: string): DiskEvent[] {
  const log = readFileSync(path);
  const events: DiskEvent[] = [];
  for (let at = 0; at + HEAD <= log.length;) {
    const end = at + HEAD + log.readUInt32LE(at + 4);
    if (end > log.length) break;
    const kind = KINDS[(log[at] ?? 0) - 1];
    if (kind === undefined) throw new Error(`the log has an event of the kind ${String(log[at])}`);
    events.push({
      kind,
      file: FILES[(log[at + 1] ?? 0) - 1] ?? null,
      at: Number(log.readBigUInt64LE(at + 8)),
      bytes: log.subarray(at + HEAD, end),
    });
    at = end;
  }
  return events;
}

/** What a disk knows of a file, whatever it is called. */
interface Kept {
  bytes: Buffer;
  size: number;
}
interface Disk {
  readonly files: Kept[];
  /** The file that a name stands for; undefined: none. */
  readonly names: Partial<Record<FileName, number>>;
}
/** An event with the file that its name stood for when it happened. */
interface FileEvent extends DiskEvent {
  readonly file: FileName;
  readonly of: number;
}

export interface Image {
  /** Null: there is no such file. */
  readonly files: Readonly<Record<FileName, Buffer | null>>;
  /** The beginning of the wal-index as the system may have written it by then; null: it had not. */
  readonly index: Buffer | null;
  /** What the process had said. */
  readonly said: string;
}

interface Cut {
  readonly base: Buffer;
  readonly events: readonly DiskEvent[];
  /** So many events had happened. */
  readonly cut: number;
  readonly model: Model;
  readonly random: () => number;
}

/** The disk after the power went at `cut`; before the first event it had a store of these bytes and no log. */
export function imageAt({ base, events, cut, model, random }: Cut): Image {
  const disk: Disk = { files: [{ bytes: Buffer.from(base), size: base.length }], names: { 'store.db': 0 } };
  const opened: Record<FileName, number> = { 'store.db': 0, 'store.db-wal': -1 };
  const indexes: Buffer[] = [];
  let said = '';
  let pending: FileEvent[] = [];
  for (const event of events.slice(0, cut)) {
    if (event.kind === 'said') said += event.bytes.toString();
    else if (event.kind === 'index') indexes.push(event.bytes);
    else if (event.kind === 'sync') {
      const { file } = event;
      const isSynced = (one: FileEvent) =>
        file === 'folder' ? isName(one) : !isName(one) && file !== null && one.of === opened[file];
      for (const one of pending.filter(isSynced)) apply(disk, one);
      pending = pending.filter((one) => !isSynced(one));
    } else if (event.file !== null && event.file !== 'folder') {
      const { file } = event;
      // Under a name that was given up begins another file, an empty one.
      if (event.kind === 'create') opened[file] = disk.files.push({ bytes: Buffer.alloc(0), size: 0 }) - 1;
      pending.push({ ...event, file, of: opened[file] });
    }
  }
  const stays = Math.floor(random() * (pending.length + 1));
  for (const [at, event] of pending.entries()) {
    if (model === 'prefix' && at < stays) apply(disk, event);
    if (model === 'subset' && random() < 0.5) apply(disk, event);
    if (model === 'torn') for (const part of sectors(event)) if (random() < 0.5) apply(disk, part);
  }
  const seen = Math.floor(random() * (indexes.length + 1));
  return {
    files: { 'store.db': bytesOf(disk, 'store.db'), 'store.db-wal': bytesOf(disk, 'store.db-wal') },
    index: indexes[seen - 1] ?? null,
    said,
  };
}

const isName = ({ kind }: DiskEvent): boolean => kind === 'create' || kind === 'unlink';

function bytesOf({ files, names }: Disk, name: FileName): Buffer | null {
  const kept = files[names[name] ?? -1];
  return kept === undefined ? null : kept.bytes.subarray(0, kept.size);
}

function apply({ files, names }: Disk, { kind, file, of, at, bytes }: FileEvent): void {
  const kept = files[of];
  if (kept === undefined) throw new Error(`${kind} of ${file} before it was there`);
  if (kind === 'create') names[file] = of;
  else if (kind === 'unlink') delete names[file];
  else if (kind === 'truncate') resize(kept, at);
  else {
    if (at + bytes.length > kept.size) resize(kept, at + bytes.length);
    bytes.copy(kept.bytes, at);
  }
}

/** What was never written is zero. */
function resize(kept: Kept, size: number): void {
  if (size > kept.bytes.length) {
    const larger = Buffer.alloc(2 * size);
    kept.bytes.copy(larger, 0, 0, kept.size);
    kept.bytes = larger;
  }
  if (size < kept.size) kept.bytes.fill(0, size, kept.size);
  kept.size = size;
}

/** The sectors of a disk that a write goes to. */
function sectors(event: FileEvent): FileEvent[] {
  if (event.kind !== 'write') return [event];
  const parts: FileEvent[] = [];
  for (let at = 0; at < event.bytes.length;) {
    const end = Math.min(event.bytes.length, at + SECTOR - ((event.at + at) % SECTOR));
    parts.push({ ...event, at: event.at + at, bytes: event.bytes.subarray(at, end) });
    at = end;
  }
  return parts;
}
