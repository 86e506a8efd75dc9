namespace NodeForge.Clusters.Preflight;

/// <summary>Whether the engine has the images that nodes are made from: nothing is pulled.</summary>
internal sealed class ImageCheck : IMachineCheck
{
    public string Name => "image";

    public Judgement Judge(MachineFacts facts)
    {
        if (facts.Engine is not { } engine)
            return Judgement.NotLookedAt(MachineFacts.NoEngine);
        if (engine.Images.Count == 0)
            return Judgement.NotLookedAt("none is named");
        return new(string.Join(", ", engine.Images.Select(image => image.Reference)), [.. engine.Images.Where(image => image.Details is null).Select(image => new Diagnostic(ErrorCodes.EngineObjectMissing, "the engine does not have the node image")
        {
            Where = new(image.Reference, Detail: engine.Endpoint),
            Mend = $"load it: nodeforge build node-image RECIPE --output docker-daemon:{image.Reference}",
        })]);
    }
}
