import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openSession } from './browser-session.ts';

const cookieOf = (session: ReturnType<typeof openSession>): string => session.cookie(8000).split(';')[0] ?? '';

test.each(['', '{"secret', '{"secret":"short","port":8000}', '[]'])(
  'where what is kept of the session is damaged (%s), all are asked to open the printed address again',
  (damaged) => {
    const folder = mkdtempSync(join(tmpdir(), 'paphos-session-'));
    const before = cookieOf(openSession(folder));
    expect(openSession(folder).allows(before, 8000)).toBe(true);

    writeFileSync(join(folder, 'session.json'), damaged);
    const session = openSession(folder);
    expect(session.allows(before, 8000)).toBe(false);
    expect(session.exchange(session.token)).toBe('let in');
    // From here on it is kept as ever.
    expect(openSession(folder).allows(cookieOf(session), 8000)).toBe(true);
    expect(readFileSync(join(folder, 'session.json'), 'utf8')).not.toBe(damaged);
  },
);
