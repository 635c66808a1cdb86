/** What the window may do, as pure decisions; the modules beside this file only ask. */

export const SCHEME = 'app';
const HOST = 'paphos';
export const HOME = `${SCHEME}://${HOST}/`;

function parsed(url: string): URL | null {
  try {
    return new URL(url);
  } catch {
    return null;
  }
}

/** An address of the page that came with Paphos: our scheme, our host, nothing else in between. */
export function isOurs(url: string): boolean {
  const address = parsed(url);
  return (
    address !== null &&
    address.protocol === `${SCHEME}:` &&
    address.host === HOST &&
    address.username === '' &&
    address.password === ''
  );
}

/** A content security policy cannot stop a top-level navigation; this can. */
export function mayNavigate(url: string): boolean {
  return isOurs(url) && parsed(url)?.pathname === '/';
}

/** Nothing of a window of ours comes from a network. */
export function mayRequest(url: string): boolean {
  return isOurs(url) || maySave(url) || url.startsWith('data:') || url.startsWith('devtools:');
}

/** What a page of ours made itself, such as an exported story; the person chooses where it goes. */
export const maySave = (url: string): boolean => url.startsWith(`blob:${SCHEME}://${HOST}/`);

/** What a page of ours may use: it writes the clipboard, and never reads it. */
export const mayUse = (permission: string): boolean => permission === 'clipboard-sanitized-write';

/** The path inside our pages that a request means, or null. */
export function pagePath(method: string, url: string): string | null {
  return (method === 'GET' || method === 'HEAD') && isOurs(url) ? new URL(url).pathname : null;
}

export interface Asker {
  readonly frameUrl: string | null;
  readonly isTopFrame: boolean;
  readonly isOurWindow: boolean;
  readonly ports: number;
}

/** A port to the studio is for the top frame of our own window, showing our own page, and for one port at a time. */
export function mayHavePort(asker: Asker): boolean {
  return (
    asker.isOurWindow && asker.isTopFrame && asker.frameUrl !== null && mayNavigate(asker.frameUrl) && asker.ports === 1
  );
}

const MOST_RELOADS = 3;
const RELOADS_WITHIN_MS = 5 * 60_000;

/**
 * What to do when the page's process has ended. The page holds nothing that the store does not, so it is opened again,
 * but not for ever: one that ends at once would end for ever. `reloads`: when it was opened again so far, in ms.
 */
export function afterPageEnd(reason: string, reloads: readonly number[], now: number): 'nothing' | 'reload' | 'ask' {
  if (reason === 'clean-exit') return 'nothing';
  return reloads.filter((at) => now - at < RELOADS_WITHIN_MS).length < MOST_RELOADS ? 'reload' : 'ask';
}

export type LibraryAnswer = 'again' | 'choose' | 'new' | 'quit';
/** What can be done where a library is missing, as it is asked. */
export const LIBRARY_ANSWERS: readonly LibraryAnswer[] = ['again', 'choose', 'new', 'quit'];

/**
 * The arguments with which Paphos starts again after that question; null: it ends. `chosen`: another folder, null where
 * none was chosen.
 */
export function argumentsAfter(
  answer: LibraryAnswer,
  given: readonly string[],
  chosen: string | null,
): readonly string[] | null {
  if (answer === 'quit') return null;
  if (answer === 'new') return [...given, '--new-library'];
  if (answer === 'again' || chosen === null) return given;
  const others = given.filter(
    (one, at) => one !== '--data' && given[at - 1] !== '--data' && !one.startsWith('--data='),
  );
  return [...others, '--data', chosen];
}

/**
 * Checkboxes of Electron's security list that belong to a window. Spell checking would fetch dictionaries from a
 * network.
 */
export const WEB_PREFERENCES = {
  contextIsolation: true,
  sandbox: true,
  webSecurity: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  allowRunningInsecureContent: false,
  webviewTag: false,
  navigateOnDragDrop: false,
  spellcheck: false,
} as const;
