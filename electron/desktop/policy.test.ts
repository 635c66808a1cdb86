import { describe, expect, test } from 'vitest';
import {
  afterPageEnd,
  argumentsAfter,
  isOurs,
  mayHavePort,
  mayNavigate,
  mayRequest,
  pagePath,
  WEB_PREFERENCES,
  type Asker,
  type LibraryAnswer,
} from './policy.ts';

describe('addresses', () => {
  test.each([
    // address                              ours   navigate  request
    ['app://paphos/', true, true, true],
    ['app://paphos/?story=1#turn', true, true, true],
    ['app://paphos/assets/index.js', true, false, true],
    ['app://paphos/..%2f..%2fetc/passwd', true, false, true],
    ['app://paphos.example/', false, false, false],
    ['app://other/', false, false, false],
    ['app://user@paphos/', false, false, false],
    ['app://paphos:81/', false, false, false],
    ['blob:app://paphos/0b1c', false, false, true],
    ['blob:https://example.com/0b1c', false, false, false],
    ['data:image/png;base64,AA==', false, false, true],
    ['devtools://devtools/bundled/x.html', false, false, true],
    ['https://example.com/', false, false, false],
    ['https://paphos/', false, false, false],
    ['http://127.0.0.1:4000/', false, false, false],
    ['file:///etc/passwd', false, false, false],
    ['javascript:alert(1)', false, false, false],
    ['about:blank', false, false, false],
    ['', false, false, false],
    ['//paphos/', false, false, false],
  ])('%s', (url, ours, navigate, request) => {
    expect([isOurs(url), mayNavigate(url), mayRequest(url)]).toEqual([ours, navigate, request]);
  });
});

test('only reading our own address names a file', () => {
  expect(pagePath('GET', 'app://paphos/assets/a.js')).toBe('/assets/a.js');
  expect(pagePath('HEAD', 'app://paphos/')).toBe('/');
  expect(pagePath('POST', 'app://paphos/')).toBeNull();
  expect(pagePath('GET', 'app://elsewhere/a.js')).toBeNull();
});

describe('a port to the studio', () => {
  const ours: Asker = { frameUrl: 'app://paphos/', isTopFrame: true, isOurWindow: true, ports: 1 };
  test.each<[string, Partial<Asker>, boolean]>([
    ['our own page', {}, true],
    ['a frame inside it', { isTopFrame: false }, false],
    ['a frame that is gone', { frameUrl: null }, false],
    ['another window', { isOurWindow: false }, false],
    ['a foreign page in our window', { frameUrl: 'https://example.com/' }, false],
    ['another host of our scheme', { frameUrl: 'app://elsewhere/' }, false],
    ['no port', { ports: 0 }, false],
    ['two ports', { ports: 2 }, false],
  ])('for %s', (_who, asker, expected) => {
    expect(mayHavePort({ ...ours, ...asker })).toBe(expected);
  });
});

describe('a page whose process has ended', () => {
  const minute = 60_000;
  test.each<[string, string, readonly number[], number, string]>([
    ['was closed', 'clean-exit', [], 0, 'nothing'],
    ['once', 'crashed', [], 0, 'reload'],
    ['for want of memory, three times in an hour', 'oom', [0, 20 * minute, 40 * minute], 60 * minute, 'reload'],
    ['three times before in five minutes', 'crashed', [0, minute, 2 * minute], 5 * minute - 1, 'ask'],
    ['three times before, the first one longer ago', 'crashed', [0, minute, 2 * minute], 5 * minute, 'reload'],
    ['again and again at once', 'launch-failed', [1, 2, 3], 4, 'ask'],
  ])('%s', (_how, reason, reloads, now, expected) => {
    expect(afterPageEnd(reason, reloads, now)).toBe(expected);
  });
});

describe('a library that is missing', () => {
  const given = ['.', '--data', '/drive/stories', '--models', '/models'];
  test.each<[LibraryAnswer, readonly string[], string | null, readonly string[] | null]>([
    ['quit', given, null, null],
    ['again', given, null, given],
    ['new', given, null, [...given, '--new-library']],
    ['choose', given, '/home/a/stories', ['.', '--models', '/models', '--data', '/home/a/stories']],
    ['choose', ['--data=/drive/stories'], '/home/a/stories', ['--data', '/home/a/stories']],
    ['choose', given, null, given],
  ])('%s, started with %s', (answer, before, chosen, expected) => {
    expect(argumentsAfter(answer, before, chosen)).toEqual(expected);
  });
});

test('the window is isolated, sandboxed and without Node', () => {
  expect(WEB_PREFERENCES).toMatchObject({
    contextIsolation: true,
    sandbox: true,
    webSecurity: true,
    nodeIntegration: false,
    webviewTag: false,
  });
});
