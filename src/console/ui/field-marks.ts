import { createContext, type ComponentChildren } from 'preact';
import { useContext } from 'preact/hooks';

/** What is to be seen at a field of a form, beside its value: who is in it, who changed it, what is to be chosen. */
export interface FieldMark {
  class: string;
  /** Of the person that it is about. */
  color?: string | undefined;
  /** Beside the label. */
  tag?: ComponentChildren;
  /** Below the control. */
  below?: ComponentChildren;
}

/** What marks an element: its class and, where it is about a person, their colour. */
export const marked = ({ class: name, color }: FieldMark, own: string) => ({
  class: `${own} ${name}`.trim(),
  ...(color !== undefined && { style: { '--person': color } }),
});

/** Whoever shows a form may mark its fields, by name. */
export const FieldMarks = createContext<(name: string) => FieldMark | undefined>(() => undefined);

export const NO_MARK: FieldMark = { class: '' };

/** What is to be seen at the field of this name. */
export const useFieldMark = (name: string | undefined): FieldMark => {
  const markOf = useContext(FieldMarks);
  return (name === undefined ? undefined : markOf(name)) ?? NO_MARK;
};
