import { Fragment, memo, type ReactElement, type ReactNode } from 'react';
import { parseMarkdown, type Block, type Inline } from './markdown.ts';
import css from './prose.module.css';

/** What is longer is shown as it is. */
const LONGEST = 200_000;

interface Props {
  readonly text: string;
  /** More of it is being written. */
  readonly isOpen?: boolean;
}

/** What a message says: speech and narration, and the few forms of Markdown. Nothing in it acts or loads anything. */
export const Prose = memo(function Prose({ text, isOpen = false }: Props): ReactElement {
  if (text.length > LONGEST)
    return (
      <div className={css.prose}>
        <p className={css.plain}>{text}</p>
      </div>
    );
  return <div className={css.prose}>{parseMarkdown(text, isOpen).map(drawBlock)}</div>;
});

function drawBlock(block: Block, key: number): ReactElement {
  if (block.type === 'paragraph')
    return (
      <p key={key} dir="auto">
        {draw(block.text)}
      </p>
    );
  // Of a message's own: no heading of the page.
  if (block.type === 'heading')
    return (
      <p key={key} dir="auto" className={css.heading} data-level={block.level}>
        {draw(block.text)}
      </p>
    );
  if (block.type === 'quote') return <blockquote key={key}>{block.blocks.map(drawBlock)}</blockquote>;
  if (block.type === 'fence')
    return (
      <pre key={key}>
        <code>{block.text}</code>
      </pre>
    );
  if (block.type === 'rule') return <hr key={key} />;
  const items = block.items.map((item, index) => (
    <li key={index} dir="auto">
      {draw(item)}
    </li>
  ));
  return block.first === null ? (
    <ul key={key}>{items}</ul>
  ) : (
    <ol key={key} start={block.first}>
      {items}
    </ol>
  );
}

const draw = (inlines: readonly Inline[]): ReactNode => inlines.map(drawInline);

function drawInline(inline: Inline, key: number): ReactNode {
  if (typeof inline === 'string') return inline.includes('\n') ? <Lines key={key} text={inline} /> : inline;
  if (inline.type === 'code') return <code key={key}>{inline.text}</code>;
  const children = draw(inline.children);
  if (inline.type === 'speech')
    return (
      <span key={key} className={css.speech}>
        {children}
      </span>
    );
  const Tag = inline.type;
  return <Tag key={key}>{children}</Tag>;
}

function Lines({ text }: { readonly text: string }): ReactElement {
  return (
    <>
      {text.split('\n').map((line, index) => (
        <Fragment key={index}>
          {index === 0 ? null : <br />}
          {line}
        </Fragment>
      ))}
    </>
  );
}
