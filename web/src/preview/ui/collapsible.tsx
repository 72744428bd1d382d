import { Collapsible as Primitive } from "radix-ui";

const Collapsible = Primitive.Root;
const CollapsibleTrigger = Primitive.CollapsibleTrigger;
const CollapsibleContent = Primitive.CollapsibleContent;

export { Collapsible, CollapsibleContent, CollapsibleTrigger };
