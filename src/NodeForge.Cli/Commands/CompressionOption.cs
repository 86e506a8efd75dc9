using System.CommandLine;

namespace NodeForge.Cli.Commands;

/// <summary>How layers are written, for every command that writes images.</summary>
internal static class CompressionOption
{
    public static Option<string> Create()
    {
        Option<string> compression = new("--compression")
        {
            Description = "How layers are written: none, gzip or zstd.",
            DefaultValueFactory = _ => "none",
            HelpName = "none|gzip|zstd",
        };
        compression.AcceptOnlyFromAmong("none", "gzip", "zstd");
        return compression;
    }
}
