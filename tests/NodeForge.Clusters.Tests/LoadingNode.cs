using System.Formats.Tar;
using System.Text.Json;
using NodeForge.TestSupport.Engines;

namespace NodeForge.Clusters.Tests;

/// <summary>A node's containerd behind a scripted engine: it says what it has, and keeps the archive that it is given to import.</summary>
internal sealed class LoadingNode
{
    private readonly TaskCompletionSource received = new();

    public LoadingNode(
        ScriptedEngine engine,
        IEnumerable<string> blobs,
        IEnumerable<(string Name, string Target)>? images = null,
        int exitCode = 0,
        string? says = null
    )
    {
        string listed = string.Concat(
            (images ?? []).Select(image =>
                $"{image.Name} application/vnd.oci.image.manifest.v1+json {image.Target} 1.0 MiB linux/amd64 -\n"
            )
        );
        string told =
            $"x86_64\n=====\n{string.Concat(blobs.Select(blob => blob + "\n"))}=====\nREF TYPE DIGEST SIZE PLATFORMS LABELS\n{listed}=====\n[plugins.\"io.containerd.grpc.v1.cri\".containerd]\n  snapshotter = \"native\"\n";
        engine.On(
            "POST /containers/lab-control-plane/exec",
            async call =>
            {
                string body = await call.ReadTextAsync();
                await call.AnswerAsync(
                    201,
                    body.Contains("images import", StringComparison.Ordinal) ? """{"Id":"import"}""" : """{"Id":"look"}"""
                );
                if (body.Contains("images import", StringComparison.Ordinal))
                    Assert.Contains("native", body, StringComparison.Ordinal);
            }
        );
        engine.On("POST /exec/look/start", async call => await (await call.UpgradeAsync()).WriteAsync(ScriptedCall.Frame(1, told)));
        engine.On("GET /exec/look/json", 200, """{"Running":false,"ExitCode":0}""");
        engine.On(
            "POST /exec/import/start",
            async call =>
            {
                Stream raw = await call.UpgradeAsync();
                MemoryStream archive = new();
                await raw.CopyToAsync(archive);
                Received = archive.ToArray();
                received.TrySetResult();
                await raw.WriteAsync(
                    ScriptedCall.Frame(
                        1,
                        says
                            ?? "docker.io/library/app:1 application/vnd.oci.image.manifest.v1+json sha256:0 complete (4/4) 1.0 KiB/1.0 KiB true\n"
                    )
                );
            }
        );
        engine.On("GET /exec/import/json", 200, JsonSerializer.Serialize(new { Running = false, ExitCode = exitCode }));
    }

    public byte[]? Received { get; private set; }

    /// <summary>The files of the archive that was received, as far as it goes.</summary>
    public Dictionary<string, byte[]> Archive()
    {
        Assert.True(received.Task.Wait(TimeSpan.FromSeconds(10)));
        Dictionary<string, byte[]> files = [];
        using TarReader reader = new(new MemoryStream(Received!));
        try
        {
            while (reader.GetNextEntry() is { } entry)
            {
                using MemoryStream content = new();
                entry.DataStream?.CopyTo(content);
                files[entry.Name] = content.ToArray();
            }
        }
        catch (EndOfStreamException)
        {
            // The import was left half-way.
        }

        return files;
    }
}
