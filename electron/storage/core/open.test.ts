import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { StudioFault } from '../../../shared/faults/studio-fault.ts';
import { faultOf } from '../../../shared/faults/failure.ts';
import { newId } from '../../../shared/document/ids.ts';
import { assertLibrary } from './connection.ts';
import type { WritableDB } from './handle.ts';
import type { Migration } from '../migrations/migration.ts';
import { MIGRATIONS } from '../migrations/index.ts';
import { hasSmallDisks, onSmallDisk } from '../../../tests/helpers/small-disk.ts';
import { openStore } from './open.ts';
import { applyChange } from '../repositories/changes.ts';
import { createStory, listStories } from '../repositories/stories.ts';
import { turnText } from '../repositories/turns.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'paphos-open-'))));
afterEach(() => {
  chmodSync(folder, 0o700);
  rmSync(folder, { recursive: true });
});

function withStory(): void {
  const store = openStore(folder);
  createStory(store.db, { id: newId(), title: 'Kept', chapterId: newId(), turnId: newId() });
  store.close();
}
const fault = (act: () => unknown): StudioFault => {
  try {
    act();
  } catch (error) {
    return faultOf(error);
  }
  return { code: 'opened', params: {} };
};

describe('a data folder', () => {
  test('is made for its owner alone', () => {
    const inner = join(folder, 'new', 'data');
    openStore(inner).close();
    if (process.platform !== 'win32') expect(statSync(inner).mode & 0o777).toBe(0o700);
    expect(existsSync(join(inner, 'store.db'))).toBe(true);
  });

  test('is one file after closing', () => {
    withStory();
    expect(existsSync(join(folder, 'store.db-wal'))).toBe(false);
  });

  test('is for one studio at a time, and free again after it', () => {
    const store = openStore(folder);
    expect(fault(() => openStore(folder))).toEqual({ code: 'IN_USE', params: { folder } });
    store.close();
    openStore(folder).close();
  });

  test('from a newer Paphos is not touched', () => {
    withStory();
    const file = join(folder, 'store.db');
    const sqlite = new Database(file);
    sqlite.pragma('user_version = 999');
    sqlite.close();
    const before = readFileSync(file);
    expect(fault(() => openStore(folder))).toEqual({
      code: 'NEWER_STORE',
      params: { version: 999, newest: MIGRATIONS.at(-1)?.version },
    });
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  test.each([
    ['of 0 bytes', (file: string) => writeFileSync(file, '')],
    ['that is missing', (file: string) => rmSync(file)],
    [
      'that was copied without what was written last',
      (file: string) => {
        rmSync(file);
        const other = new Database(file);
        other.pragma('journal_mode = wal');
        other.close();
      },
    ],
    [
      'whose tables are gone',
      (file: string) => {
        const sqlite = new Database(file);
        sqlite.pragma('foreign_keys = OFF');
        sqlite.exec('DROP TABLE stories');
        sqlite.close();
      },
    ],
  ])('%s, where a library was, is no first day', (_, empty) => {
    withStory();
    const file = join(folder, 'store.db');
    empty(file);
    const before = existsSync(file) ? readFileSync(file) : null;
    const told = fault(() => openStore(folder));
    expect(told).toMatchObject({ code: 'STORE_EMPTIED', params: { file, backup: null } });
    expect(existsSync(file) ? readFileSync(file) : null).toEqual(before);
    mkdirSync(join(folder, 'backups'));
    const backup = 'store-schema-7.db';
    writeFileSync(join(folder, 'backups', backup), 'a copy');
    rmSync(join(folder, 'library.txt'));
    expect(fault(() => openStore(folder))).toMatchObject({ code: 'STORE_EMPTIED', params: { backup } });
  });

  test('of another program, or damaged, is told and not touched', () => {
    const file = join(folder, 'store.db');
    const other = new Database(file);
    other.exec('CREATE TABLE theirs (x)');
    other.close();
    expect(fault(() => openStore(folder)).code).toBe('NOT_A_STORE');
    writeFileSync(file, 'not a database at all, but longer than a header needs to be'.repeat(50));
    const before = readFileSync(file);
    expect(fault(() => openStore(folder))).toMatchObject({ code: 'STORE_DAMAGED', params: { file } });
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  test('of which a part is damaged says so when that part is read', () => {
    withStory();
    const file = join(folder, 'store.db');
    const sqlite = new Database(file);
    const size = Number(sqlite.pragma('page_size', { simple: true }));
    const page = Number(sqlite.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'stories'").pluck().get());
    sqlite.close();
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.fill(0x5a, (page - 1) * size, page * size));
    const store = openStore(folder);
    expect(fault(() => listStories(store.db))).toMatchObject({ code: 'STORE_DAMAGED', params: { file: null } });
    store.close();
  });

  describe.skipIf(process.platform === 'win32')('that goes while it is open', () => {
    const titles = (where: string): string[] => {
      const store = openStore(where);
      const found = listStories(store.db).map(({ title }) => title);
      store.close();
      return found;
    };
    const write = (db: WritableDB, title: string): StudioFault =>
      fault(() => createStory(db, { id: newId(), title, chapterId: newId(), turnId: newId() }));

    test('takes nothing until it is back', () => {
      const [data, moved] = [join(folder, 'data'), join(folder, 'moved')];
      const store = openStore(data);
      expect(write(store.db, 'Before').code).toBe('opened');
      renameSync(data, moved);
      expect(write(store.db, 'Away').code).toBe('STORE_GONE');
      // The system has another word for it than that it is not there.
      symlinkSync(data, data);
      expect(write(store.db, 'Away').code).toBe('STORE_GONE');
      rmSync(data);
      renameSync(moved, data);
      expect(write(store.db, 'Back').code).toBe('opened');
      store.close();
      expect(titles(data).toSorted()).toEqual(['Back', 'Before']);
    });

    test('and is removed takes nothing, and closes', () => {
      const data = join(folder, 'data');
      const store = openStore(data);
      rmSync(data, { recursive: true });
      expect(write(store.db, 'Removed').code).toBe('STORE_GONE');
      store.close();
      expect(existsSync(data)).toBe(false);
    });

    test('takes nothing without its log, and has all of it after its end', () => {
      const data = join(folder, 'data');
      const store = openStore(data);
      expect(write(store.db, 'Before').code).toBe('opened');
      rmSync(join(data, 'store.db-wal'));
      expect(write(store.db, 'Unlogged').code).toBe('STORE_GONE');
      store.close();
      expect(titles(data)).toEqual(['Before']);
    });

    test('takes nothing where another one is in its place', () => {
      const [data, moved] = [join(folder, 'data'), join(folder, 'moved')];
      const store = openStore(data);
      renameSync(data, moved);
      openStore(data).close();
      expect(write(store.db, 'Elsewhere').code).toBe('STORE_GONE');
      store.close();
      expect([titles(data), titles(moved)]).toEqual([[], []]);
    });
  });

  test('that nobody may write in is told in words, and its stories are whole', () => {
    withStory();
    const probe = join(folder, 'probe.mjs');
    writeFileSync(
      probe,
      `import { openStore } from ${JSON.stringify(new URL('open.ts', import.meta.url).href)};
      if (process.getuid?.() === 0) { process.setgid(65534); process.setuid(65534); }
      try { openStore(process.argv[2]); console.log('opened'); } catch (error) { console.log(error.fault.code + ' ' + error.message); }`,
    );
    chmodSync(folder, 0o555);
    const said = spawnSync(process.execPath, [probe, folder], { encoding: 'utf8' });
    expect(said.stdout).toMatch(new RegExp(`^FOLDER_RIGHTS Paphos needs to write to ${folder}/store.lock and may not`));
    chmodSync(folder, 0o700);
    const store = openStore(folder);
    expect(listStories(store.db).map((story) => story.title)).toEqual(['Kept']);
    store.close();
  });

  test('that cannot be made, or is a file, is told to be missing', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    symlinkSync(join(folder, 'gone'), join(folder, 'link'));
    for (const path of [file, join(file, 'data'), join(folder, 'link')])
      expect(fault(() => openStore(path))).toMatchObject({ code: 'FOLDER_MISSING', params: { path } });
  });

  test('whose store cannot be opened for another reason is told with all that is known of it', () => {
    const path = join(folder, 'store.db');
    mkdirSync(path);
    expect(fault(() => openStore(folder))).toMatchObject({ code: 'FOLDER_UNUSABLE', params: { path, said: 'EISDIR' } });
  });

  const onDisk = (act: string): string =>
    onSmallDisk(
      `import { openStore } from ${JSON.stringify(new URL('open.ts', import.meta.url).href)};
      const open = (name) => {
        try { openStore(join(disk, name)).close(); return 'opened'; } catch (error) { return error.fault?.code ?? String(error); }
      };
      const first = open('data');
      ${act}
      console.log(first, open('data'), open('new'));`,
      { kib: 512 },
    ).trim();

  test.runIf(hasSmallDisks)('on a full disk, or one that is nearly full, is told to need room', () => {
    expect(onDisk('fill();')).toBe('opened FOLDER_FULL FOLDER_FULL');
    expect(onDisk("fill(); truncateSync(join(disk, 'filler'), statSync(join(disk, 'filler')).size - 8192);")).toBe(
      'opened FOLDER_FULL FOLDER_FULL',
    );
  });

  test.runIf(hasSmallDisks)('on a drive that can only be read is told so', () => {
    expect(onDisk('readOnly();')).toBe('opened FOLDER_READ_ONLY FOLDER_READ_ONLY');
  });

  test('closes when the store takes nothing any more, and all that was acknowledged is in it', () => {
    const store = openStore(folder);
    const [chapterId, turnId] = [newId(), newId()];
    createStory(store.db, { id: newId(), title: 'Kept', chapterId, turnId });
    const op = { op: 'setText', turnId, version: 1, at: 0, del: 0, ins: 'Typed.' } as const;
    applyChange(store.db, { changeId: newId(), chapterId, structureRev: 1, ops: [op] });
    store.db.sqlite.pragma('query_only = 1');
    expect(fault(() => store.close()).code).toBe('opened');
    const again = openStore(folder);
    expect(turnText(again.db, turnId)).toBe('Typed.');
    again.close();
  });

  test('is only opened with a SQLite that does not damage it', () => {
    expect(fault(() => assertLibrary('3.51.2')).code).toBe('OLD_SQLITE');
    expect(fault(() => assertLibrary('3.51.3')).code).toBe('opened');
  });
});

describe('an update of the schema', () => {
  const now = MIGRATIONS.length;
  const rebuild: Migration = {
    version: now + 1,
    up: `CREATE TABLE stories_new (id TEXT PRIMARY KEY, title TEXT NOT NULL, created_at INTEGER NOT NULL, removed_at INTEGER, checksum INTEGER NOT NULL, mood TEXT) STRICT, WITHOUT ROWID;
      INSERT INTO stories_new SELECT *, 'calm' FROM stories; DROP TABLE stories; ALTER TABLE stories_new RENAME TO stories;`,
  };
  const counts = (file: string) => {
    const sqlite = new Database(file, { readonly: true });
    const read = ['stories', 'chapters', 'turns', 'revisions'].map((table) =>
      sqlite.prepare(`SELECT count(*) FROM ${table}`).pluck().get(),
    );
    const version = sqlite.pragma('user_version', { simple: true });
    sqlite.close();
    return { read, version };
  };

  test('keeps every row when a table is rebuilt, and a copy of the store as it was', () => {
    withStory();
    openStore(folder, { migrations: [...MIGRATIONS, rebuild] }).close();
    expect(counts(join(folder, 'store.db'))).toEqual({ read: [1, 1, 1, 1], version: now + 1 });
    expect(counts(join(folder, 'backups', `store-schema-${now}.db`))).toEqual({ read: [1, 1, 1, 1], version: now });
  });

  test('that fails or would lose what rows belong to leaves everything as it was', () => {
    withStory();
    const loses: Migration = { version: now + 1, up: 'DELETE FROM chapters' };
    const breaks: Migration = {
      version: now + 1,
      up: 'CREATE TABLE half (x INTEGER) STRICT; SELECT nothing FROM nowhere;',
    };
    expect(fault(() => openStore(folder, { migrations: [...MIGRATIONS, loses] })).code).toBe('MIGRATION_FAILED');
    expect(fault(() => openStore(folder, { migrations: [...MIGRATIONS, breaks] })).code).toBe('MIGRATION_FAILED');
    expect(counts(join(folder, 'store.db'))).toEqual({ read: [1, 1, 1, 1], version: now });
    const store = openStore(folder);
    expect(listStories(store.db)).toHaveLength(1);
    store.close();
  });

  test('can be undone with the copy alone', () => {
    withStory();
    openStore(folder, { migrations: [...MIGRATIONS, rebuild] }).close();
    copyFileSync(join(folder, 'backups', `store-schema-${now}.db`), join(folder, 'store.db'));
    const store = openStore(folder);
    expect(listStories(store.db).map((story) => story.title)).toEqual(['Kept']);
    store.close();
  });
});
