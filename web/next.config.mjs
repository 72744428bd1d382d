/** The UI is static files; the gateway serves them beside the API and sets every header. */
const config = {
  output: "export",
  images: { unoptimized: true },
  reactStrictMode: true,
  poweredByHeader: false,
  devIndicators: false,
  // `npm run check` does this, so that a build is quick.
  typescript: { ignoreBuildErrors: true },
};

export default config;
