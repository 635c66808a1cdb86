import { expect, test } from 'vitest';
import { optionsOf } from './options.ts';

test.each<[string, string[]]>([
  ['You wake.\n\n- Go inside.\n- Run \n', ['Go inside.', 'Run']],
  ['- Go\n- Run\n- Wait', ['Go', 'Run', 'Wait']],
  ['- Not this\n\nYou wake.\n- Go\n- Run', ['Go', 'Run']],
  ['You wake.\n- Go', []],
  ['- Go\n- Run\nWhat now?', []],
  ['He paused\n- and went on -\n-- and on', []],
  ['- Go\n-Run\n- ', []],
  ['', []],
])('%j', (text, options) => expect(optionsOf(text)).toEqual(options));
