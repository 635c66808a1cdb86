import type { EditableText, KeptText } from '../chapter/chapter-view.ts';
import { changeText, createText } from './create-editor.ts';
import { KeptModel, ModelText } from './editor-surface.ts';

export { loadFonts } from './create-editor.ts';

/** The text of a chapter as a Monaco model, which every view of it shows. */
export function layText(text: string, kept: KeptText | null): EditableText {
  if (!(kept instanceof KeptModel)) return new ModelText(new KeptModel(createText(text)));
  changeText(kept.model, text);
  return new ModelText(kept);
}
