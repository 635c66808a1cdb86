import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** From the last time that the page was opened. */
const COOKIE_SECONDS = 30 * 24 * 60 * 60;

const remembered = z.object({
  secret: z.string().regex(/^[0-9a-f]{64}$/),
  port: z.number().int().min(1).max(65_535).nullable(),
});

/**
 * Who may talk to the headless studio. A one-time token in the printed address is exchanged once for a cookie;
 * the cookie follows from a secret in the data folder, so that an open page survives a restart.
 */
export interface Session {
  readonly lastPort: number | null;
  readonly token: string;
  /** Lets a browser in, each token once. `alone`: by a token of `signOutOthers`; all that were in before are out. */
  exchange(token: string): 'refused' | 'let in' | 'alone';
  /** A token for the browser that stays. */
  signOutOthers(): string;
  cookie(port: number): string;
  allows(cookieHeader: string | undefined, port: number): boolean;
  rememberPort(port: number): void;
}

const same = (a: string, b: string): boolean => {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
};

function read(file: string): z.infer<typeof remembered> | null {
  try {
    return remembered.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null;
  }
}

export function openSession(dataDir: string): Session {
  const file = join(dataDir, 'session.json');
  const known = read(file);
  const newSecret = (): string => randomBytes(32).toString('hex');
  let state = known ?? { secret: newSecret(), port: null };
  const keep = (next: typeof state): void => {
    writeFileSync(`${file}.new`, JSON.stringify(next), { mode: 0o600 });
    renameSync(`${file}.new`, file);
    state = next;
  };
  if (!known) keep(state);
  const newToken = (): string => randomBytes(16).toString('hex');
  const token = newToken();
  let used = false;
  let alone: string | null = null;
  const value = (port: number): string =>
    createHmac('sha256', state.secret)
      .update(`session ${String(port)}`)
      .digest('hex');

  return {
    lastPort: state.port,
    token,
    exchange(given) {
      if (alone !== null && same(given, alone)) {
        keep({ ...state, secret: newSecret() });
        alone = null;
        return 'alone';
      }
      if (used || !same(given, token)) return 'refused';
      used = true;
      return 'let in';
    },
    signOutOthers: () => (alone = newToken()),
    cookie: (port) =>
      `paphos-${String(port)}=${value(port)}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${COOKIE_SECONDS}`,
    allows(header, port) {
      const name = `paphos-${String(port)}=`;
      const found = (header ?? '')
        .split(';')
        .map((part) => part.trim())
        .find((part) => part.startsWith(name));
      return found !== undefined && same(found.slice(name.length), value(port));
    },
    rememberPort(port) {
      if (state.port === port) return;
      keep({ ...state, port });
    },
  };
}
