import { expect, test } from 'vitest';
import { render } from '../../../electron/engines/local/gguf/render.ts';
import { chatTemplates } from '../../../tests/helpers/vocabularies.ts';
import { sentenceOf } from '../../faults/sentence.ts';
import type { PromptTurn } from '../types.ts';
import { detectFormat } from './detect.ts';
import { dateIn } from '../plan/ledger.ts';
import { asMessages, renderText } from './template-probes.ts';
import { TEMPLATE_PROBES } from './template-trim.ts';

const BOS = '<s>';
const special = { bos: BOS, eos: '</s>' };
const turn = (role: PromptTurn['role'], text: string, id: number): PromptTurn => ({
  id: String(id),
  role,
  speaker: null,
  text,
});

/** No probes: a story of three rounds, without a note and behind one. */
const ROUNDS = [
  ['user', '“Who goes there?” I ask,\n\nand lift the lantern.'],
  ['model', 'Only the wind. It has knocked since Tuesday — or so the keeper says…'],
  ['user', 'I count {1, 2, 3} & open the door; 100% of it.'],
  ['model', 'Behind it: nothing.\n- a coat\n- a wet rope'],
  ['user', 'I take the rope.'],
] as const;
const NOTED = [['system', 'A lighthouse, far out.\nKeep it short.'], ...ROUNDS] as const;
const STORIES = [ROUNDS, NOTED].map((lines) => lines.map(([role, text], id) => turn(role, text, id)));

interface Known {
  readonly name: string;
  readonly format: string;
  readonly why: string;
  /** Of today: as the template told it where no note leads, and as a prompt of the format does. */
  readonly dates: readonly (string | null | undefined)[];
  /** Each story, as the template and as the format write it; null where the template refuses it. */
  readonly stories: readonly (readonly [theirs: string, ours: string] | null)[];
}

const known: Known[] = [...chatTemplates()].map(([name, template]) => {
  const probes = [...TEMPLATE_PROBES, ...STORIES.map(asMessages)];
  const all = render({ kind: 'render', template, probes, special });
  const renderings = all.slice(0, TEMPLATE_PROBES.length);
  const { format, reasons } = detectFormat({
    architecture: null,
    name: null,
    tokens: [],
    bos: BOS,
    chatTemplate: template,
    renderings,
  });
  const stories = all.slice(TEMPLATE_PROBES.length).map((rendering, index) => {
    if ('refusal' in rendering) return null;
    const theirs = rendering.text.replace(/^<s>/, '');
    // A format may open more of the reply than the template does.
    const ours = renderText(format, STORIES[index] ?? []).replace(/^<s>/, '');
    const opened = ours.startsWith(theirs) && format.opensReply.endsWith(ours.slice(theirs.length));
    return [theirs, opened ? theirs : ours] as const;
  });
  const [unled] = renderings;
  const theirs = unled !== undefined && 'text' in unled ? (unled.date ?? null) : null;
  const dates = [theirs, dateIn(format, false)];
  return { name, format: format.name, dates, why: reasons[0] === undefined ? '' : sentenceOf(reasons[0]), stories };
});

test('no template of a known model becomes plain prose, unless it says why it cannot be said as turns', () => {
  const prose = known.filter(({ format }) => format === 'prose');
  console.info(`${known.length} chat templates, ${prose.length} of them plain prose`);
  expect(known.length).toBeGreaterThanOrEqual(70);
  for (const { name, why } of prose)
    expect([name, why]).toEqual([name, expect.stringMatching(/cannot be said as turns/)]);
  expect(prose.map(({ name }) => name)).toEqual([]);
});

test('a template that tells the date is known for it, and no other (F14)', () => {
  const told = known.filter(({ dates }) => dates.some((date) => date !== null));
  for (const { name, dates } of told) expect([name, dates[1]]).toEqual([name, dates[0]]);
  console.info(`${told.length} templates tell the date`);
  expect(told.length).toBeGreaterThanOrEqual(6);
});

test('three rounds are written as the template writes them, wherever it does', () => {
  const written = known.flatMap(({ name, stories }) => stories.map((story) => ({ name, story })));
  const taken = written.filter(({ story }) => story !== null);
  console.info(`${taken.length} conversations of three rounds; ${written.length - taken.length} are refused`);
  for (const { name, story } of taken) expect([name, story?.[1]]).toEqual([name, story?.[0]]);
  expect(taken.length).toBeGreaterThanOrEqual(135);
});
