/** What is used of Monaco's inside, which comes without types. */
declare module 'monaco-editor/editor/browser/view/domLineBreaksComputer.js' {
  interface LineBreaks {
    readonly breakOffsets: number[];
  }
  interface LineContext {
    getLineContent(line: number): string;
    getLineInjectedText(line: number): readonly unknown[] | null;
  }
  interface LineBreaksComputer {
    addRequest(line: number, before: LineBreaks | null): void;
    finalize(): (LineBreaks | null)[];
  }
  interface Font {
    readonly fontFamily: string;
    readonly fontSize: number;
    readonly fontWeight: string;
    readonly letterSpacing: number;
    readonly typicalHalfwidthCharacterWidth: number;
  }
  class DOMLineBreaksComputerFactory {
    static create: (target: Window) => DOMLineBreaksComputerFactory;
    createLineBreaksComputer(context: LineContext, font: Font, ...layout: readonly unknown[]): LineBreaksComputer;
  }
}

declare module 'monaco-editor/editor/common/modelLineProjectionData.js' {
  class ModelLineProjectionData {
    constructor(
      injectionOffsets: null,
      injectionOptions: null,
      breakOffsets: number[],
      breakOffsetsVisibleColumn: number[],
      wrappedTextIndentLength: number,
    );
    readonly breakOffsets: number[];
  }
}

declare module 'monaco-editor/base/common/platform.js' {
  const isMacintosh: boolean;
}

declare module 'monaco-editor/platform/commands/common/commands.js' {
  const CommandsRegistry: { getCommands(): ReadonlyMap<string, unknown> };
}

declare module 'monaco-editor/platform/keybinding/common/keybindingsRegistry.js' {
  interface KeyCodeChord {
    readonly ctrlKey: boolean;
    readonly shiftKey: boolean;
    readonly altKey: boolean;
    readonly metaKey: boolean;
    readonly keyCode: number;
  }
  interface KeybindingItem {
    readonly keybinding: { readonly chords: readonly KeyCodeChord[] };
    readonly command: string | null;
  }
  /** Those of the system that the page runs on. */
  const KeybindingsRegistry: { getDefaultKeybindings(): readonly KeybindingItem[] };
}
