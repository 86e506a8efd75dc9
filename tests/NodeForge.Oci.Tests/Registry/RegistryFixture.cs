using System.Text;
using NodeForge.Oci.Registry;
using NodeForge.TestSupport.Registry;

namespace NodeForge.Oci.Tests.Registry;

internal static class RegistryFixture
{
    public static RegistryClient Client(ICredentialSource? credentials = null) =>
        new(RegistryClient.CreateHandler(), new() { Credentials = credentials ?? NoCredentials.Instance, Clock = TimeProvider.System });

    public static Task<RawDocument> GetAsync(this RegistryClient client, InMemoryRegistry registry, string rest) =>
        client.GetManifestAsync(registry.Reference(rest), CancellationToken.None);

    public static async Task<byte[]> BlobAsync(
        this RegistryClient client,
        InMemoryRegistry registry,
        string repository,
        Descriptor blob,
        long offset = 0
    )
    {
        using RemoteBlob remote = await client.OpenBlobAsync(registry.Reference(repository), blob, offset, CancellationToken.None);
        using MemoryStream bytes = new();
        await remote.Content.CopyToAsync(bytes);
        return bytes.ToArray();
    }

    public static async Task<Diagnostic> FailsAsync(ErrorCode code, Func<Task> action, bool? transient = null)
    {
        NodeForgeException failed = await Assert.ThrowsAsync<NodeForgeException>(action);
        Assert.Same(code, failed.Diagnostics[0].Code);
        if (transient is { } expected)
            Assert.Equal(expected, RegistryFailure.Of(failed)!.Transient);
        return failed.Diagnostics[0];
    }

    public static byte[] Bytes(int length) =>
        Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, length).Select(i => (char)('a' + (i % 26)))));
}

internal sealed class FixedCredentials(RegistryCredential credential) : ICredentialSource
{
    public List<string> Asked { get; } = [];

    public Task<RegistryCredential?> FindAsync(string registry, CancellationToken cancellationToken)
    {
        Asked.Add(registry);
        return Task.FromResult<RegistryCredential?>(credential);
    }
}
