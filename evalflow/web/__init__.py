"""What every page uses: who is asking, which stage, refusals as sentences, signing in, security headers."""
