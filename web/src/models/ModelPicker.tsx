"use client";

import { useMemo } from "react";
import type { Model } from "@/api/types";
import { useOverlays } from "@/components/overlays";
import { type Action, readableKeys, useOffer } from "@/components/shortcuts";
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from "@/components/ui/select";
import { chooseModel, useModels } from "./choice";

const KEYS = "Mod+Shift+M";
const none: Action[] = [];

/** Which model answers next. Where there is but one there is nothing to choose. */
export function ModelPicker() {
  const { models, current } = useModels();
  const { open, show } = useOverlays();
  const choice = models.length > 1;
  const actions = useMemo<Action[]>(() => (choice ? [{ id: "model", label: "Choose the model", group: "Session", keys: KEYS, run: () => show("models") }] : none), [choice, show]);
  useOffer("models", actions);
  if (!choice) return null;
  return (
    <Select value={current?.id ?? ""} onValueChange={chooseModel} open={open === "models"} onOpenChange={(now) => show(now ? "models" : null)}>
      <SelectTrigger size="sm" aria-label="Model" title={`Model (${readableKeys(KEYS)})`} data-testid="model-picker" className="h-8 max-w-44 min-w-0 gap-1 rounded-full border-transparent bg-transparent px-2.5 text-xs text-muted-foreground shadow-none hover:bg-accent hover:text-accent-foreground">
        <span className="truncate">
          <SelectValue placeholder="Model">{current?.id}</SelectValue>
        </span>
      </SelectTrigger>
      <SelectContent>
        {models.map((model) => (
          <SelectItem key={model.id} value={model.id} data-testid="model-option">
            {model.id} <span className="text-muted-foreground">{remark(model, models)}</span>
          </SelectItem>
        ))}
      </SelectContent>
    </Select>
  );
}

/** Whose it is matters where there are several. */
function remark({ provider, default: usual }: Model, models: readonly Model[]): string {
  const several = models.some((one) => one.provider !== provider);
  return [several && provider, usual && "default"].filter(Boolean).join(", ");
}
