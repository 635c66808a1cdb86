import type { ReactElement } from 'react';
import type { ManuscriptProps } from './controller.ts';

export function Manuscript(props: ManuscriptProps): ReactElement {
  return <div className="manuscript" data-chapter={props.chapterId} />;
}
