import useEmblaCarousel, { type UseEmblaCarouselType } from "embla-carousel-react";
import { ArrowLeft, ArrowRight } from "lucide-react";
import * as React from "react";
import { Button } from "@/components/ui/button";
import { cn } from "@/lib/utils";

type CarouselApi = UseEmblaCarouselType[1];
type Embla = Parameters<typeof useEmblaCarousel>;
type CarouselProps = { opts?: Embla[0]; plugins?: Embla[1]; orientation?: "horizontal" | "vertical"; setApi?: (api: CarouselApi) => void };
type Track = { viewport: UseEmblaCarouselType[0]; api: CarouselApi; isVertical: boolean; canGoBack: boolean; canGoOn: boolean };

const CarouselTrack = React.createContext<Track | null>(null);

function useCarousel(): Track {
  const track = React.use(CarouselTrack);
  if (!track) throw new Error("useCarousel needs a <Carousel> around it.");
  return track;
}

/** Where the track can still be moved to, as it says itself after every move. */
function useEnds(api: CarouselApi) {
  const [ends, setEnds] = React.useState({ canGoBack: false, canGoOn: false });
  React.useEffect(() => {
    if (!api) return;
    const look = () => setEnds({ canGoBack: api.canScrollPrev(), canGoOn: api.canScrollNext() });
    look();
    api.on("reInit", look).on("select", look);
    return () => void api.off("reInit", look).off("select", look);
  }, [api]);
  return ends;
}

function Carousel({ orientation, opts, plugins, setApi, className, ...props }: React.ComponentProps<"div"> & CarouselProps) {
  const isVertical = (orientation ?? (opts?.axis === "y" ? "vertical" : "horizontal")) === "vertical";
  const [viewport, api] = useEmblaCarousel({ ...opts, axis: isVertical ? "y" : "x" }, plugins);
  const ends = useEnds(api);
  React.useEffect(() => {
    if (api) setApi?.(api);
  }, [api, setApi]);
  const onKeys = (event: React.KeyboardEvent) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    event.preventDefault();
    if (event.key === "ArrowLeft") api?.scrollPrev();
    else api?.scrollNext();
  };
  return (
    <CarouselTrack value={{ viewport, api, isVertical, ...ends }}>
      <div role="region" aria-roledescription="carousel" onKeyDownCapture={onKeys} className={cn("relative", className)} {...props} />
    </CarouselTrack>
  );
}

function CarouselContent({ className, ...props }: React.ComponentProps<"div">) {
  const { viewport, isVertical } = useCarousel();
  return (
    <div ref={viewport} className="overflow-hidden">
      <div className={cn("flex", isVertical ? "-mt-4 flex-col" : "-ml-4", className)} {...props} />
    </div>
  );
}

function CarouselItem({ className, ...props }: React.ComponentProps<"div">) {
  const { isVertical } = useCarousel();
  return <div role="group" aria-roledescription="slide" className={cn("min-w-0 shrink-0 grow-0 basis-full", isVertical ? "pt-4" : "pl-4", className)} {...props} />;
}

function CarouselPrevious({ className, ...props }: React.ComponentProps<typeof Button>) {
  const { api, isVertical, canGoBack } = useCarousel();
  const place = isVertical ? "-top-12 left-1/2 -translate-x-1/2 rotate-90" : "top-1/2 -left-12 -translate-y-1/2";
  return (
    <Button variant="outline" size="icon" disabled={!canGoBack} onClick={() => api?.scrollPrev()} className={cn("absolute size-8 rounded-full", place, className)} {...props}>
      <ArrowLeft />
      <span className="sr-only">Previous slide</span>
    </Button>
  );
}

function CarouselNext({ className, ...props }: React.ComponentProps<typeof Button>) {
  const { api, isVertical, canGoOn } = useCarousel();
  const place = isVertical ? "-bottom-12 left-1/2 -translate-x-1/2 rotate-90" : "top-1/2 -right-12 -translate-y-1/2";
  return (
    <Button variant="outline" size="icon" disabled={!canGoOn} onClick={() => api?.scrollNext()} className={cn("absolute size-8 rounded-full", place, className)} {...props}>
      <ArrowRight />
      <span className="sr-only">Next slide</span>
    </Button>
  );
}

export { Carousel, type CarouselApi, CarouselContent, CarouselItem, CarouselNext, CarouselPrevious, useCarousel };
