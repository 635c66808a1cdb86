/** What is used of Monaco's inside, which comes without types. */
declare module 'monaco-editor/editor/browser/view/domLineBreaksComputer.js' {
  import type { InjectedText } from 'monaco-editor/editor/common/textModelEvents.js';
  interface LineBreaks {
    readonly breakOffsets: number[];
  }
  interface LineContext {
    getLineContent(line: number): string;
    getLineInjectedText(line: number): readonly InjectedText[] | null;
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

declare module 'monaco-editor/editor/common/model/prefixSumComputer.js' {
  class ConstantTimePrefixSumComputer {
    constructor(values: number[]);
    readonly _values: readonly number[];
    /** Up to this index the sums hold. */
    _validEndIndex: number;
    readonly _prefixSum: number[];
    readonly _indexBySum: number[];
    getTotalSum(): number;
    getPrefixSum(count: number): number;
    getIndexOf(sum: number): { readonly index: number; readonly remainder: number };
    setValue(index: number, value: number): void;
    insertValues(index: number, values: readonly number[]): void;
    removeValues(index: number, count: number): void;
  }
}

declare module 'monaco-editor/editor/common/model/textModel.js' {
  import type { editor } from 'monaco-editor/editor';
  interface InsideModel {
    /** False only where no letter of the text is written from the right. */
    mightContainRTL(): boolean;
  }
  const ModelDecorationOptions: {
    register(
      options: editor.IModelDecorationOptions & { readonly description: string },
    ): editor.IModelDecorationOptions;
  };
}

declare module 'monaco-editor/editor/common/textModelEvents.js' {
  /** What a decoration puts into a line; `column` is 1-based. */
  interface InjectedText {
    readonly column: number;
    readonly options: { readonly content: string };
  }
  const LineInjectedText: { applyInjectedText(line: string, injected: readonly InjectedText[]): string };
}

declare module 'monaco-editor/editor/common/viewEvents.js' {
  interface ViewEvent {
    readonly type: number;
  }
  const ViewFlushedEvent: new () => ViewEvent;
  const ViewLineMappingChangedEvent: new () => ViewEvent;
  const ViewDecorationsChangedEvent: new (source: null) => ViewEvent;
}

declare module 'monaco-editor/editor/common/viewModel/modelLineProjection.js' {
  import type { LineBreaks } from 'monaco-editor/editor/browser/view/domLineBreaksComputer.js';
  /** A line of the text as lines of the page; without breaks it is one. */
  interface ModelLineProjection {
    isVisible(): boolean;
    getProjectionData(): LineBreaks | null;
    getViewLineCount(): number;
  }
  function createModelLineProjection(breaks: LineBreaks | null, isVisible: boolean): ModelLineProjection;
}

declare module 'monaco-editor/editor/common/viewModel/viewModelImpl.js' {
  import type { ViewEvent } from 'monaco-editor/editor/common/viewEvents.js';
  import type { ModelLineProjection } from 'monaco-editor/editor/common/viewModel/modelLineProjection.js';
  import type { LineBreaksComputer } from 'monaco-editor/editor/browser/view/domLineBreaksComputer.js';
  interface ProjectedLines {
    readonly modelLineProjections: ModelLineProjection[];
    readonly projectedModelLineLineCounts: { setValue(index: number, count: number): void };
    createLineBreaksComputer(): LineBreaksComputer;
    _constructLines(showHidden: boolean, before: null): void;
  }
  interface ViewEvents {
    emitViewEvent(event: ViewEvent): void;
  }
  interface ViewModel {
    readonly _lines: ProjectedLines | object;
    readonly _eventDispatcher: { beginEmitViewEvents(): ViewEvents; endEmitViewEvents(): void };
    readonly _cursor: { onLineMappingChanged(events: ViewEvents): void };
    readonly _decorations: { onLineMappingChanged(): void };
    readonly _updateConfigurationViewLineCount: { schedule(): void };
    readonly viewLayout: { onFlushed(lineCount: number, heights: unknown): void; onHeightMaybeChanged(): void };
    getLineCount(): number;
    _getCustomLineHeights(): unknown;
  }
  interface InsidePage {
    readonly _modelData: { readonly viewModel: ViewModel } | null;
  }
}

declare module 'monaco-editor/editor/common/modelLineProjectionData.js' {
  class ModelLineProjectionData {
    constructor(
      injectionOffsets: readonly number[] | null,
      injectionOptions: readonly unknown[] | null,
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
