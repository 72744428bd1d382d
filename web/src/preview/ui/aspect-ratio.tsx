import { AspectRatio as Primitive } from "radix-ui";

const AspectRatio = Primitive.Root;

export { AspectRatio };
