using System.Text;
using NodeForge.Oci;
using NodeForge.Recipes.Locks;

namespace NodeForge.Recipes.Tests;

/// <summary>A lock may come from a stranger: each of its words becomes an argument, a path or a part of an address.</summary>
public sealed class HostileLocks
{
    private static readonly string Valid = $$"""
        {
          "schemaVersion": 1, "recipe": "{{Digest.Of("r"u8)}}", "epoch": 1,
          "parts": [{
            "recipe": "node.yaml", "platform": "linux/amd64",
            "packages": [{"name": "g++", "version": "4:12.2.0-3~deb12u1", "architecture": "amd64", "suite": "bookworm-security", "path": "pool/main/g/g++_1.deb", "digest": "{{Digest.Of(
            "p"u8
        )}}", "size": 10, "snapshot": "20261101T000000Z"}],
            "files": [
              {"name": "kubernetes_1.20.5+really1.20.2.orig.tar.xz", "digest": "{{Digest.Of(
            "f"u8
        )}}", "size": 11, "suite": "sid", "path": "pool/main/k/k.tar.xz"},
              {"name": "runc", "digest": "{{Digest.Of("u"u8)}}", "size": 12, "url": "https://example.com/runc.amd64?a=b"}
            ],
            "images": [{"reference": "docker://example.com/a:1", "digest": "{{Digest.Of("m"u8)}}", "blobs": [
              {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": "{{Digest.Of("m"u8)}}", "size": 13},
              {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": "{{Digest.Of("c"u8)}}", "size": 14}
            ]}]
          }]
        }
        """;

    [Theory]
    [InlineData("\"schemaVersion\": 1", "\"\\ud800\": 1, \"schemaVersion\": 1")]
    [InlineData("\"recipe\": \"node.yaml\"", "\"recipe\": \"\\udc00\"")]
    [InlineData("\"name\": \"runc\"", "\"\\ud800name\": 1, \"name\": \"runc\"")]
    public void A_string_that_is_no_text_is_told(string sound, string hostile)
    {
        Assert.Contains(sound, Valid, StringComparison.Ordinal);
        Assert.Equal(
            ErrorCodes.LockNotValid,
            Assert.Throws<NodeForgeException>(() => Read(Valid.Replace(sound, hostile, StringComparison.Ordinal))).Diagnostics[0].Code
        );
    }

    [Fact]
    public async Task A_lock_of_very_many_mistakes_tells_the_first_of_them_in_no_time()
    {
        int begin = Valid.IndexOf('{', Valid.IndexOf("\"parts\"", StringComparison.Ordinal)),
            end = Valid.LastIndexOf(']');
        string part = Valid[begin..end].Replace("https://example.com", "file:///etc", StringComparison.Ordinal);
        string hostile = Valid[..begin] + string.Join(',', Enumerable.Repeat(part, 9_000)) + Valid[end..];
        Assert.InRange(hostile.Length, 10 << 20, 16 << 20);
        NodeForgeException told = await Task.Run(() => Assert.Throws<NodeForgeException>(() => Read(hostile)))
            .WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(50, told.Diagnostics.Count);
        Assert.Equal("$.parts[0].files[1].url", told.Diagnostics[0].Where!.Detail);
    }

    [Fact]
    public void The_lock_that_they_are_made_from_is_valid() => Assert.Single(Read(Valid).Parts);

    [Theory]
    [InlineData("\"g++\"", "\"-oDPkg::Pre-Invoke::=touch /tmp/x\"", "packages[0].name")]
    [InlineData("\"g++\"", "\"--allow-unauthenticated\"", "packages[0].name")]
    [InlineData("\"g++\"", "\"a,?essential\"", "packages[0].name")]
    [InlineData("\"g++\"", "\"./planted.deb\"", "packages[0].name")]
    [InlineData("\"g++\"", "\"systemd-\"", "packages[0].name")]
    [InlineData("\"g++\"", "\"a=1\"", "packages[0].name")]
    [InlineData("\"g++\"", "\"a b\"", "packages[0].name")]
    [InlineData("\"g++\"", "\"g++\\n\"", "packages[0].name")]
    [InlineData("\"g++\"", "\"\"", "packages[0].name")]
    [InlineData("\"4:12.2.0-3~deb12u1\"", "\"1 2\"", "packages[0].version")]
    [InlineData("\"4:12.2.0-3~deb12u1\"", "\"-1\"", "packages[0].version")]
    [InlineData("\"4:12.2.0-3~deb12u1\"", "\"1/../2\"", "packages[0].version")]
    [InlineData("\"architecture\": \"amd64\"", "\"architecture\": \"../amd64\"", "packages[0].architecture")]
    [InlineData("\"architecture\": \"amd64\"", "\"architecture\": \"amd64,i386\"", "packages[0].architecture")]
    [InlineData("\"bookworm-security\"", "\"../../bookworm\"", "packages[0].suite")]
    [InlineData("\"bookworm-security\"", "\"-o x\"", "packages[0].suite")]
    [InlineData("pool/main/g/g++_1.deb", "pool/../../x.deb", "packages[0].path")]
    [InlineData("pool/main/g/g++_1.deb", "/etc/passwd", "packages[0].path")]
    [InlineData("pool/main/g/g++_1.deb", "pool/a?b#c", "packages[0].path")]
    [InlineData("pool/main/g/g++_1.deb", "pool/-o/.hidden", "packages[0].path")]
    [InlineData("20261101T000000Z", "../../elsewhere", "packages[0].snapshot")]
    [InlineData("20261101T000000Z", "20261101T000000Z/../x", "packages[0].snapshot")]
    [InlineData("\"size\": 10", "\"size\": 0", "packages[0].size")]
    [InlineData("\"size\": 10", "\"size\": 9223372036854775807", "packages[0].size")]
    [InlineData("kubernetes_1.20.5+really1.20.2.orig.tar.xz", "/etc/cron.d/x", "files[0].name")]
    [InlineData("kubernetes_1.20.5+really1.20.2.orig.tar.xz", "../../etc/cron.d/x", "files[0].name")]
    [InlineData("kubernetes_1.20.5+really1.20.2.orig.tar.xz", "..", "files[0].name")]
    [InlineData("kubernetes_1.20.5+really1.20.2.orig.tar.xz", ".bashrc", "files[0].name")]
    [InlineData("kubernetes_1.20.5+really1.20.2.orig.tar.xz", "-rf", "files[0].name")]
    [InlineData("\"sid\"", "\"sid/..\"", "files[0].suite")]
    [InlineData("pool/main/k/k.tar.xz", "pool//k", "files[0].path")]
    [InlineData("https://example.com/runc.amd64?a=b", "file:///etc/shadow", "files[1].url")]
    [InlineData("https://example.com/runc.amd64?a=b", "https://ann:secret@example.com/runc", "files[1].url")]
    [InlineData("https://example.com/runc.amd64?a=b", "https://example.com/upstream/../internal", "files[1].url")]
    [InlineData("https://example.com/runc.amd64?a=b", "https://example.com/%2e%2E/internal", "files[1].url")]
    [InlineData("https://example.com/runc.amd64?a=b", "https://example.com/..%2finternal", "files[1].url")]
    [InlineData("https://example.com/runc.amd64?a=b", "https://example.com/a b", "files[1].url")]
    [InlineData("\"size\": 12", "\"size\": -1", "files[1].size")]
    [InlineData("docker://example.com/a:1", "docker://example.com/../a:1", "images[0].reference")]
    [InlineData("docker://example.com/a:1", "docker-daemon:a:1", "images[0].reference")]
    [InlineData("docker://example.com/a:1", "-a", "images[0].reference")]
    [InlineData("application/vnd.oci.image.config.v1+json", "application/x\\r\\nHost: y", "images[0].blobs[1].mediaType")]
    [InlineData("application/vnd.oci.image.config.v1+json", "", "images[0].blobs[1].mediaType")]
    [InlineData("\"size\": 14", "\"size\": 9223372036854775807", "images[0].blobs[1].size")]
    [InlineData("\"linux/amd64\"", "\"linux/../amd64\"", "platform")]
    [InlineData("\"node.yaml\"", "\"/etc/node.yaml\"", "recipe")]
    [InlineData("\"node.yaml\"", "\"node\\u0000.yaml\"", "recipe")]
    public void A_word_that_does_not_have_its_form_is_told_with_its_place(string before, string after, string place)
    {
        Diagnostic told = Assert.Single(Refused(Replaced(Valid, before, after)).Diagnostics);

        Assert.Equal((ErrorCodes.LockNotValid, "$.parts[0]." + place), (told.Code, told.Where!.Detail));
        Assert.True(told.Where.Line > 1);
        Assert.NotNull(told.Want);
    }

    [Theory]
    [InlineData("sha256:../../../../etc/passwd")]
    [InlineData("sha256:ABCDEF")]
    [InlineData("md5:d41d8cd98f00b204e9800998ecf8427e")]
    public void A_digest_is_sixty_four_digits_and_nothing_else(string digest) =>
        Assert.Equal(
            "$.parts[0].packages[0].digest",
            Refused(Replaced(Valid, Digest.Of("p"u8).ToString(), digest)).Diagnostics[0].Where!.Detail
        );

    [Fact]
    public void All_of_them_are_told_at_once()
    {
        string text = Replaced(Replaced(Replaced(Valid, "\"g++\"", "\"-o\""), "\"sid\"", "\"..\""), "\"runc\"", "\"../runc\"");

        Assert.Equal(
            ["$.parts[0].packages[0].name", "$.parts[0].files[0].suite", "$.parts[0].files[1].name"],
            Refused(text).Diagnostics.Select(told => told.Where!.Detail)
        );
    }

    [Fact]
    public void What_could_not_be_read_is_not_written_and_the_earlier_lock_stays()
    {
        using TemporaryFolder folder = new();
        RecipeLock read = Read(Valid);
        RecipeLockFile.Write(folder["a.lock.json"], read);
        RecipeLock hostile = read with { Parts = [read.Parts[0] with { Sources = [read.Parts[0].Packages[0] with { Name = "-o" }] }] };

        NodeForgeException refusal = Assert.Throws<NodeForgeException>(() => RecipeLockFile.Write(folder["a.lock.json"], hostile));

        Assert.Equal("$.parts[0].packages[0].name", refusal.Diagnostics[0].Where!.Detail);
        Assert.Equal(RecipeLockFile.Format(read), File.ReadAllBytes(folder["a.lock.json"]));
    }

    [Fact]
    public void Every_lock_of_the_repository_is_read()
    {
        string[] locks = Directory.GetFiles(Path.Combine(RepositoryRoot.Folder, "recipes"), "*.lock.json", SearchOption.AllDirectories);

        Assert.NotEmpty(locks);
        Assert.All(locks, file => Assert.NotEmpty(RecipeLockFile.Read(file, "r.yaml").Parts));
    }

    private static NodeForgeException Refused(string text) => Assert.Throws<NodeForgeException>(() => Read(text));

    private static RecipeLock Read(string text) => RecipeLockFile.Parse("L", Encoding.UTF8.GetBytes(text));

    private static string Replaced(string text, string before, string after)
    {
        Assert.Contains(before, text, StringComparison.Ordinal);
        return text.Replace(before, after, StringComparison.Ordinal);
    }
}
