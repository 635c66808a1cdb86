import { globSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { words } from './index.ts';

/** Attributes whose value somebody reads or hears. */
const SAID = /^(aria-label|aria-description|aria-roledescription|alt|label|placeholder|title)$/;

function sentencesIn(path: string): string[] {
  const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
  const found: string[] = [];
  const look = (node: ts.Node): void => {
    // What is thrown inside the program is for whoever works on it.
    if (ts.isThrowStatement(node)) return;
    const said =
      (ts.isJsxText(node) && /\p{L}/u.test(node.text)) ||
      (ts.isJsxAttribute(node) &&
        SAID.test(node.name.getText()) &&
        node.initializer !== undefined &&
        ts.isStringLiteral(node.initializer)) ||
      ((ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node) || ts.isTemplateHead(node)) &&
        /^\p{Lu}\p{Ll}+ \p{Ll}/u.test(node.text));
    if (said) found.push(`${path}: ${node.getText()}`);
    ts.forEachChild(node, look);
  };
  look(file);
  return found;
}

test('no word that the interface says stands outside the locales', () => {
  const files = globSync('renderer/**/*.{ts,tsx}').filter(
    (path) => !/\.test\.tsx?$|^renderer\/(locales|public)\//.test(path.replaceAll('\\', '/')),
  );
  expect(files.length).toBeGreaterThan(80);
  expect(files.flatMap(sentencesIn)).toEqual([]);
});

test('a title or name that is written from the right turns nothing of the sentence that it stands in', () => {
  const title = 'מגדל (2)';
  const said = [
    words.library.removedStory(title),
    words.library.restored(title),
    words.library.export.title(title),
    words.commands.goToChapter(title),
    words.manuscript.menu(title),
    words.shell.windowTitle([title]),
  ];
  for (const sentence of said) expect(sentence).toContain(`\u2068${title}\u2069`);
  expect(words.library.removedStory('The pier')).toBe('“The pier” was deleted.');
});
