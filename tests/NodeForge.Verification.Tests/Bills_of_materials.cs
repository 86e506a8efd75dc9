using System.Text.Json.Nodes;
using NodeForge.Verification.Sbom;

namespace NodeForge.Verification.Tests;

/// <summary>What an image is made of, in the two formats that scanners read; the same image gives the same bytes.</summary>
public sealed class Bills_of_materials
{
    [Fact]
    public async Task SPDX_names_every_component_with_its_package_URL()
    {
        JsonNode document = JsonNode.Parse(SpdxDocument.Write(await ReportAsync()))!;
        Assert.Equal("SPDX-2.3", document["spdxVersion"]!.GetValue<string>());
        JsonArray packages = document["packages"]!.AsArray();
        Assert.Equal(["sample", "containerd", "kubeadm", "kubectl", "kubelet"], packages.Select(package => package!["name"]!.GetValue<string>()));
        Assert.Equal("pkg:deb/debian/containerd@1.7.24~ds1-6?arch=amd64", packages[1]!["externalRefs"]![0]!["referenceLocator"]!.GetValue<string>());
        Assert.Equal(5, document["relationships"]!.AsArray().Count);
    }

    [Fact]
    public async Task CycloneDX_names_every_component_once()
    {
        JsonNode document = JsonNode.Parse(CycloneDxDocument.Write(await ReportAsync()))!;
        Assert.Equal("1.6", document["specVersion"]!.GetValue<string>());
        string[] references = [.. document["components"]!.AsArray().Select(component => component!["bom-ref"]!.GetValue<string>())];
        Assert.Equal(4, references.Distinct().Count());
        Assert.Equal(references, document["dependencies"]![0]!["dependsOn"]!.AsArray().Select(reference => reference!.GetValue<string>()));
        Assert.Matches("^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$", document["serialNumber"]!.GetValue<string>());
    }

    [Fact]
    public async Task The_same_image_gives_the_same_bytes()
    {
        Assert.Equal(SpdxDocument.Write(await ReportAsync()), SpdxDocument.Write(await ReportAsync()));
        Assert.Equal(CycloneDxDocument.Write(await ReportAsync()), CycloneDxDocument.Write(await ReportAsync()));
    }

    [Fact]
    public void An_image_that_could_not_be_opened_has_none() =>
        Assert.Throws<ArgumentException>(() => SpdxDocument.Write(ImageVerifier.Unopened("x", new NodeForgeException(new Diagnostic(ErrorCodes.ImageNotFound, "x")))));

    private static Task<VerificationReport> ReportAsync() => ImageVerifier.VerifyAsync(NodeImageBuilder.Sound().Build(), CancellationToken.None);
}
