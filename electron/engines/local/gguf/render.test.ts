import { describe, expect, test } from 'vitest';
import { render } from './render.ts';

const HELLO = [{ role: 'user', content: 'Hello.' }] as const;
const said = (template: string, special: { bos: string | null; eos: string | null } = { bos: '<s>', eos: '</s>' }) =>
  render({ kind: 'render', template, probes: [HELLO], special })[0];

describe('a chat template is run as transformers runs it', () => {
  test.each([
    ['no tools are none', '{% if tools is none %}none{% endif %}', 'none'],
    ['where it counts its tools, there are none of them', '{{ tools | length }} tools', '0 tools'],
    ['nor documents', '{{ documents is none }}', 'true'],
    ['numbers are keys', "{% set names = {1: 'one', 2: 'two'} %}{{ names[2] }}{{ names[3] is defined }}", 'twofalse'],
    [
      'and are told and sorted as such',
      "{% set n = {512: 'b', 64: 'a'} %}{% for k, v in n | dictsort %}{{ k + 1 }}{{ v }}{% endfor %}{% for k in n %} {{ k - 1 }}{% endfor %}{% for k, v in n.items() %} {{ k }}{% endfor %}",
      '65a513b 511 63 512 64',
    ],
    ['texts are formatted', "{{ '{}-{b}-{{}}'.format('a', b=2) }}{{ '{1}{0}'.format('x', 'y') }}", 'a-2-{}yx'],
    ['a turn may be asked for in parts', '{{ messages[0].content[0].text | trim }}', 'Hello.'],
    ['what is not given is not defined', '{{ pad_token is defined }}{{ enable_thinking is defined }}', 'falsefalse'],
    ['BOS and the end are those of the file', '{{ bos_token }}{{ eos_token }}', '<s></s>'],
    ['it counts', '{% for n in range(1, 6, 2) %}{{ n }}{% endfor %}', '135'],
    ['it knows the time', "{{ strftime_now('%Y') | length }}", '4'],
  ])('%s', (_, template, text) => {
    expect(said(template)).toEqual({ text });
  });

  test('it tells the time, and that it did (F14)', () => {
    const date = said("{{ strftime_now('%d %b %Y') }}");
    expect(date).toEqual({
      text: expect.stringMatching(/^\d\d [A-Z][a-z]{2} \d{4}$/),
      date: (date as { text: string }).text,
    });
    expect(said("{% if strftime_now('%Y') == '1987' %}old{% else %}new{% endif %}")).toEqual({ text: 'new' });
  });

  test('a token that the file does not name is not defined', () => {
    expect(said('{{ bos_token is defined }}', { bos: null, eos: null })).toEqual({ text: 'false' });
  });

  test('what it opens for thinking it need not close', () => {
    const opens = 'A:<think>\n{% if not enable_thinking %}</think>{% endif %}';
    expect(said(opens)).toEqual({ text: 'A:<think>\n' });
    expect(said('A:{% if thinking %}<think>{% else %}<think></think>{% endif %}')).toEqual({ text: 'A:<think>' });
    expect(said('A:<think></think>')).toEqual({ text: 'A:<think></think>' });
  });

  test('it says itself why it refuses', () => {
    expect(said("{{ raise_exception('Roles must alternate.') }}")).toEqual({ refusal: 'Roles must alternate.' });
    expect(said("{{ '{}'.format() }}")).toEqual({ refusal: 'str.format lacks the field 0' });
  });
});
