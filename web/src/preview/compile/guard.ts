/** Puts a counter into every loop and function, so that an endless one throws instead of freezing the page. */
import type { AnyNode, Function as FunctionNode, Token } from "acorn";
import { simple } from "acorn-walk";
import type MagicString from "magic-string";
import { GUARD } from "./guard-name";

const CALL = `${GUARD}();`;

/** Writes the counters into `code`. Never adds a line break: lines stay the user's own. */
export function insertGuards(tree: AnyNode, tokens: Token[], code: MagicString): void {
  const loop = (node: AnyNode) => guardBody((node as unknown as { body: AnyNode }).body, code);
  const func = (node: AnyNode) => guardFunction(node as FunctionNode, tokens, code);
  simple(tree, {
    WhileStatement: loop,
    DoWhileStatement: loop,
    ForStatement: loop,
    ForInStatement: loop,
    ForOfStatement: loop,
    FunctionDeclaration: func,
    FunctionExpression: func,
    ArrowFunctionExpression: func,
  });
}

function guardBody(body: AnyNode, code: MagicString): void {
  if (body.type === "BlockStatement") code.appendRight(body.start + 1, CALL);
  else {
    code.appendRight(body.start, `{${CALL}`);
    code.appendLeft(body.end, "}");
  }
}

function guardFunction(node: FunctionNode, tokens: Token[], code: MagicString): void {
  if (node.body.type === "BlockStatement") {
    code.appendRight(afterDirectives(node.body.body, node.body.start + 1), CALL);
    return;
  }
  const from = node.params.at(-1)?.end ?? node.start;
  const arrow = tokens.find((token) => token.type.label === "=>" && token.start >= from && token.end <= node.body.start);
  if (!arrow) return;
  code.appendRight(arrow.end, `(${GUARD}(),`);
  code.appendLeft(node.end, ")");
}

function afterDirectives(statements: AnyNode[], start: number): number {
  let end = start;
  for (const statement of statements) {
    if (statement.type !== "ExpressionStatement" || !statement.directive) break;
    end = statement.end;
  }
  return end;
}
