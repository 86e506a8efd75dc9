using NodeForge.Oci;
using NodeForge.Oci.Registry;
using NodeForge.Oci.Transports;
using NodeForge.Signing.Attaching;
using NodeForge.Signing.Judging;
using NodeForge.Signing.Keys;
using NodeForge.TestSupport.Registry;

namespace NodeForge.Signing.Tests;

/// <summary>A folder with a layout, an image of two platforms in it, and keys.</summary>
public abstract class SigningRoom : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nf-sign-").FullName;

    protected SigningRoom()
    {
        (A, TrustedA) = Pair("a");
        (B, TrustedB) = Pair("b");
    }

    protected SigningKey A { get; }

    protected SigningKey B { get; }

    protected VerificationKey TrustedA { get; }

    protected VerificationKey TrustedB { get; }

    protected static SmallImage Amd { get; } = SmallImage.Of("amd", Platform.LinuxAmd64);

    protected static SmallImage Arm { get; } = SmallImage.Of("arm", Platform.LinuxArm64);

    protected string At(string name) => Path.Combine(folder, name);

    /// <summary>Writes both platforms under an index into a layout.</summary>
    protected async Task<Place> LayoutAsync(string name = "layout", string tag = "v1")
    {
        BlobStore store = new(At("store"));
        foreach (byte[] blob in Amd.Blobs.Concat(Arm.Blobs))
            store.Write(blob);
        byte[] index = OciJson.Write(new ImageIndex { Manifests = [Amd.Descriptor, Arm.Descriptor] });
        await OciLayout.WriteAsync(
            At(name),
            StoredImages.Of(store, new(MediaTypes.Index, store.Write(index), index.Length), ImageReference.Parse("r.example/a/b:" + tag)),
            default
        );
        ImageTransport place = ImageTransport.Parse("oci:" + At(name));
        return new(token => place.OpenAsync(TransportHost.Files, token), place.Room.Artifacts!(place, TransportHost.Files), null);
    }

    /// <summary>Pushes both platforms under an index into a registry.</summary>
    protected static Place Push(InMemoryRegistry registry, RegistryClient client)
    {
        Amd.PushTo(registry, "app", null);
        Arm.PushTo(registry, "app", null);
        registry.AddManifest("app", "v1", OciJson.Write(new ImageIndex { Manifests = [Amd.Descriptor, Arm.Descriptor] }), MediaTypes.Index);
        TransportHost host = new() { Registry = _ => client };
        ImageTransport place = ImageTransport.Parse($"docker://{registry.Host}/app:v1");
        return new(token => place.OpenAsync(host, token), place.Room.Artifacts!(place, host), null);
    }

    protected static RegistryClient Client() => new(RegistryClient.CreateHandler(), new());

    public void Dispose()
    {
        A.Dispose();
        B.Dispose();
        Directory.Delete(folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    private (SigningKey, VerificationKey) Pair(string name)
    {
        SigningKey.Generate(At(name + ".key"), At(name + ".pub"), null);
        return (SigningKey.Read(At(name + ".key"), null), VerificationKey.Read(At(name + ".pub")));
    }

    /// <summary>Where an image is and what is attached to it.</summary>
    protected sealed record Place(Func<CancellationToken, Task<IImageSource>> OpenAsync, IArtifactTarget Target, string? Name)
    {
        public async Task<SignedImage> ImageAsync() => await SignedImage.ReadAsync(await OpenAsync(default), Name, default);

        public async Task SignAsync(SigningKey key) => await ImageSigner.SignAsync(await ImageAsync(), key, Target, default);

        public async Task AttestAsync(SigningKey key, string type, string text = "x")
        {
            foreach (Descriptor document in (await ImageAsync()).Documents)
                await ImageSigner.AttestAsync(document, type, new() { ["text"] = text }, key, Target, default);
        }

        public async Task<IReadOnlyList<SignatureVerdict>> VerifyAsync(SignaturePolicy policy) =>
            await SignatureVerifier.VerifyAsync(await OpenAsync(default), await ImageAsync(), policy, default);

        public async Task<IReadOnlyList<AttachedSummary>> AttachedAsync() =>
            await AttachedSummary.ReadAsync(await OpenAsync(default), await ImageAsync(), default);

        /// <summary>The codes that every platform fails with.</summary>
        public async Task<IReadOnlyList<string>> CodesAsync(SignaturePolicy policy)
        {
            IReadOnlyList<SignatureVerdict> verdicts = await VerifyAsync(policy);
            string[][] codes =
            [
                .. verdicts.Select(verdict =>
                    verdict.Claims.SelectMany(claim => claim.Problems).Select(problem => problem.Code.Id).Distinct().ToArray()
                ),
            ];
            Assert.All(codes, found => Assert.Equal(codes[0], found));
            return codes[0];
        }
    }
}
