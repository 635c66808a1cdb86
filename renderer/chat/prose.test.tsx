import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, test } from 'vitest';
import { HOSTILE_MARKDOWN } from '../../tests/helpers/hostile-markdown.ts';
import { sizeOf } from '../../tests/helpers/sizes.ts';
import { Prose } from './prose.tsx';

const drawn = (text: string, isOpen = false): string =>
  renderToStaticMarkup(<Prose text={text} isOpen={isOpen} />)
    .replace(/^<div class="[^"]*">/, '')
    .replace(/<\/div>$/, '')
    .replaceAll(/ class="[^"]*speech[^"]*"/g, ' said')
    .replaceAll(/ class="[^"]*"/g, '');

describe('what a message says', () => {
  test.each([
    ['a paragraph keeps its lines', 'One.\nTwo.\n\nThree.', '<p dir="auto">One.<br/>Two.</p><p dir="auto">Three.</p>'],
    ['narration and speech', '*She turns.* “Who?”', '<p dir="auto"><em>She turns.</em> <span said>“Who?”</span></p>'],
    [
      'straight quotes',
      'He said "no", 6" of rain.',
      '<p dir="auto">He said <span said>&quot;no&quot;</span>, 6&quot; of rain.</p>',
    ],
    ['over a line’s end', '*She turns\nand goes.*', '<p dir="auto"><em>She turns<br/>and goes.</em></p>'],
    [
      'marks in marks',
      '***Both*** and **one *in* another**',
      '<p dir="auto"><strong><em>Both</em></strong> and <strong>one <em>in</em> another</strong></p>',
    ],
    ['what is not closed is text', '*She turns', '<p dir="auto">*She turns</p>'],
    ['and stars between spaces', '2 * 3 * 4 and snake_case_name', '<p dir="auto">2 * 3 * 4 and snake_case_name</p>'],
    ['escaped', '\\*not narration\\*', '<p dir="auto">*not narration*</p>'],
    ['lists', '- Go in\n- Wait', '<ul><li dir="auto">Go in</li><li dir="auto">Wait</li></ul>'],
    ['numbered ones', '3. Go in\n4. Wait', '<ol start="3"><li dir="auto">Go in</li><li dir="auto">Wait</li></ol>'],
    ['code', '```js\nlet a = "*b*"\n```', '<pre><code>let a = &quot;*b*&quot;</code></pre>'],
    [
      'a quote, a heading, a line',
      '> Said.\n\n# Two\n\n---',
      '<blockquote><p dir="auto">Said.</p></blockquote><p dir="auto" data-level="2">Two</p><hr/>'.replace('"2"', '"1"'),
    ],
    [
      'HTML and links are text',
      '<b>x</b> [a](https://a.example)',
      '<p dir="auto">&lt;b&gt;x&lt;/b&gt; [a](https://a.example)</p>',
    ],
  ])('%s', (_, text, html) => {
    expect(drawn(text)).toBe(html);
  });

  test('while it is written, what is not closed yet looks as it will', () => {
    expect(drawn('*She turns', true)).toBe('<p dir="auto"><em>She turns</em></p>');
    expect(drawn('“Who', true)).toBe('<p dir="auto"><span said>“Who</span></p>');
  });
});

/** All that may come of a message: these elements, and of attributes only the ones that are ours. */
const ALLOWED =
  /^(?:[^<>]|<\/?(?:p|br|em|strong|del|code|pre|ul|ol|li|blockquote|hr|span|div)(?: (?:dir="auto"|class="[\w -]*"|start="\d{1,9}"|data-level="[1-6]"))*\/?>)*$/;

test('hostile text makes no element or attribute that acts or loads, wherever the stream of it is cut', () => {
  expect(renderToStaticMarkup(<img alt="" src="x" />)).not.toMatch(ALLOWED);
  const step = sizeOf(3, 1);
  for (const payload of HOSTILE_MARKDOWN)
    for (let cut = payload.length; cut > 0; cut -= step)
      for (const isOpen of [true, false]) {
        const html = renderToStaticMarkup(<Prose text={payload.slice(0, cut)} isOpen={isOpen} />);
        if (!ALLOWED.test(html)) expect.fail(`${payload.slice(0, cut)}\n${html}`);
      }
});

test('what is nested or left open ten thousand times is drawn in a moment', () => {
  for (const part of ['*', '_', '**a ', '`', '"a ', '“', '> ', '- ', '[', '![](', '~~', '\\', '`a``', '*a_'])
    expect(drawn(part.repeat(10_000)).length).toBeGreaterThan(0);
}, 5000);
