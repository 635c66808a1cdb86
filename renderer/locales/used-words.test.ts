import ts from 'typescript';
import { expect, test } from 'vitest';

const config = ts.getParsedCommandLineOfConfigFile(
  'renderer/tsconfig.json',
  {},
  {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: ({ messageText }) => {
      throw new Error(ts.flattenDiagnosticMessageText(messageText, '\n'));
    },
  },
);
const program = ts.createProgram(config?.fileNames ?? [], config?.options ?? {});
const checker = program.getTypeChecker();
const isOurs = ({ fileName }: ts.SourceFile): boolean => /\/renderer\/(?!.*node_modules)/.test(fileName);
const isLocale = ({ fileName }: ts.SourceFile): boolean => /\/renderer\/locales\/en\//.test(fileName);

/** A word, or a group of them. */
const entriesOf = (symbol: ts.Symbol | undefined): ts.Declaration[] =>
  symbol?.declarations?.filter((one) => isLocale(one.getSourceFile()) && ts.isObjectLiteralElementLike(one)) ?? [];

/** The entries that the page names, or hands on with the group that they are in. */
function usedEntries(): Set<ts.Declaration> {
  const used = new Set<ts.Declaration>();
  const use = (symbol: ts.Symbol | undefined): void => entriesOf(symbol).forEach((entry) => used.add(entry));
  const useAll = (type: ts.Type): void => {
    for (const property of type.getProperties()) {
      if (entriesOf(property).length === 0) continue;
      use(property);
      useAll(checker.getTypeOfSymbol(property));
    }
  };
  const look = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) use(checker.getSymbolAtLocation(node));
    if (ts.isBindingElement(node))
      use(checker.getTypeAtLocation(node.parent).getProperty((node.propertyName ?? node.name).getText()));
    if (ts.isElementAccessExpression(node)) {
      const group = checker.getTypeAtLocation(node.expression);
      const key = checker.getTypeAtLocation(node.argumentExpression);
      for (const one of key.isUnion() ? key.types : [key])
        if (one.isStringLiteral() || one.isNumberLiteral()) use(group.getProperty(String(one.value)));
        else useAll(group);
    }
    const isReached =
      ts.isPropertyAccessExpression(node.parent ?? node) ||
      ts.isElementAccessExpression(node.parent ?? node) ||
      ts.isVariableDeclaration(node.parent ?? node);
    if ((ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) && !isReached)
      useAll(checker.getTypeAtLocation(node));
    ts.forEachChild(node, look);
  };
  for (const file of program.getSourceFiles()) if (isOurs(file) && !isLocale(file)) look(file);
  return used;
}

/** Every word; those whose keys a type lists are all wanted. */
function words(): ts.Declaration[] {
  const found: ts.Declaration[] = [];
  const look = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && node.type !== undefined) return;
    if (ts.isPropertyAssignment(node) && !ts.isObjectLiteralExpression(node.initializer)) found.push(node);
    else ts.forEachChild(node, look);
  };
  for (const file of program.getSourceFiles()) if (isLocale(file)) look(file);
  return found;
}

test('every word of the interface is said somewhere', { timeout: 60_000 }, () => {
  const used = usedEntries();
  const all = words();
  expect(all.length).toBeGreaterThan(300);
  expect(all.filter((word) => !used.has(word)).map((word) => word.getText())).toEqual([]);
});
